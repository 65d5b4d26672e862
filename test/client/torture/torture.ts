import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { startGatewayProcess, type GatewayProcess } from "../../support/gateway-process.ts";
import { isWeather, judged, keepCalling, repeatedOf, type Sizes, type Tally } from "./calls.ts";
import { openLegacy, openModern, type Session } from "./sessions.ts";
import { startTarget, type Target } from "./target.ts";
import type { Held } from "./tunnel-process.ts";

export interface Torture extends Sizes {
  readonly sessions: number;
  readonly restarts: number;
  /** From one restart of the gateway to the next, in ms. */
  readonly everyMs: number;
}

/** How it went, to be counted. */
export interface Outcome extends Tally {
  /** Marks of the calls with an effect that ran more than once. */
  readonly repeated: readonly string[];
  /** Sessions that were ended and yet answer. */
  readonly undead: readonly string[];
  readonly before: Held;
  /** Asked again until it holds no more than before, or `settledMs` are over. */
  readonly after: Held;
}

/** One person's legacy sessions may be 32 on each. */
const connections = ["one", "two", "three", "four"];

/** Stock clients of both eras, a tunnel and a gateway in processes of their own, a target that counts. */
export async function torture(wanted: Torture): Promise<Outcome> {
  const target = await startTarget();
  const gateway = await startGatewayProcess({
    target: target.url,
    rules: [
      { name: "reads", tools: ["get_*"], groups: ["engineers"], effect: "allow", readOnly: true },
      { name: "writes", tools: ["append"], groups: ["engineers"], effect: "allow" },
    ],
    config: {
      drain: "1s",
      connections: connections.map((name) => ({ name, http: { url: target.url }, timeout: "30s" })),
    },
  });
  const tunnel = await startTunnel(gateway.url, await gateway.token("erin", ["engineers"]));
  try {
    return await run(wanted, { target, gateway, tunnel });
  } finally {
    await tunnel.close();
    await gateway.close();
    await target.close();
  }
}

interface Stand {
  readonly target: Target;
  readonly gateway: GatewayProcess;
  readonly tunnel: TunnelProcess;
}

async function run(wanted: Torture, { target, gateway, tunnel }: Stand): Promise<Outcome> {
  const tally: Tally = { answered: 0, errors: new Map(), wrong: [] };
  const { token } = tunnel;
  await warmUp(tunnel, target, wanted);
  const before = await tunnel.held();
  let isOver = false;
  const caller = { target, tally, sizes: wanted, isOver: () => isOver };
  const opened: { readonly session: Session; readonly url: string }[] = [];
  const callers = Array.from({ length: wanted.sessions }, async (_, at) => {
    // Both eras on each.
    const url = tunnel.urlOf(Math.floor(at / 2) % connections.length);
    const session = await opening(() => (at % 2 === 0 ? openLegacy : openModern)(url, token), tally);
    opened.push({ session, url });
    await keepCalling(session, { ...caller, mark: `s${at}`, heavy: heavyAt(at) });
  });
  const calls = Promise.all(callers);
  for (let count = 0; count < wanted.restarts; count += 1) {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, wanted.everyMs)), calls]);
    await gateway.restart(count % 2 === 0 ? "SIGKILL" : "SIGTERM");
  }
  await Promise.race([new Promise((resolve) => setTimeout(resolve, wanted.everyMs)), calls]);
  isOver = true;
  await calls;
  const ended = opened.flatMap(({ session: { id }, url }) => (id === null ? [] : [{ id, url }]));
  await Promise.all(opened.map(({ session }) => session.close()));
  const undead = await answering(ended, token);
  // Its end is the end of the connections that were kept for a next call.
  await gateway.restart("SIGKILL");
  const after = await settled(tunnel, before);
  return { ...tally, repeated: repeatedOf(target), undead, before, after };
}

/** A client whose session can't be opened for the weather, in a documented error or 503, tries again; any other failure is one of the run's. */
async function opening(open: () => Promise<Session>, tally: Tally): Promise<Session> {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const told = isWeather(error) ? "opening" : null;
      if (told === null) throw error;
      tally.errors.set(told, (tally.errors.get(told) ?? 0) + 1);
    }
    await new Promise((resolve) => setTimeout(resolve, 500 * Math.random()));
  }
}

/** Of each twenty, one asks for large results and two for streams all the time. */
function heavyAt(at: number): "bytes" | "events" | null {
  if (at % 40 === 7 || at % 40 === 28) return "bytes";
  return at % 20 === 3 || at % 20 === 14 ? "events" : null;
}

/** What is loaded at first use, and each cache's beginning, is none of what leaks. */
async function warmUp({ urlOf, token }: TunnelProcess, target: Target, sizes: Sizes): Promise<void> {
  const tally: Tally = { answered: 0, errors: new Map(), wrong: [] };
  for (const open of [openLegacy, openModern]) {
    const session = await open(urlOf(0), token);
    for (const kind of ["append", "list", "bytes", "events"] as const) {
      const { answered } = tally;
      // A gateway that a slow machine keeps from answering for over a second counts as gone.
      for (let turn = 0; turn < 5 && tally.answered === answered; turn += 1)
        await judged(`warm-${open.name}-${kind}-${turn}`, kind, { session, target, tally, sizes });
    }
    await session.close();
  }
  if (tally.answered !== 8) throw new Error(`before any weather: ${JSON.stringify([tally.wrong, ...tally.errors])}`);
}

/** Those of the ended sessions under which a request is not told that there is no such session. */
async function answering(
  ended: readonly { readonly id: string; readonly url: string }[],
  token: string,
): Promise<readonly string[]> {
  const asked = ended.map(async ({ id, url }) => {
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-11-25",
      "mcp-session-id": id,
    };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    const answer = await fetch(url, { method: "POST", headers, body });
    await answer.text();
    return answer.status === 404 ? [] : [`${id}: ${answer.status}`];
  });
  return (await Promise.all(asked)).flat();
}

/** Connections that are kept for the next call end by themselves, a minute later at most. */
const settledMs = 75_000;
/** What a heap's own growth may be: less than one result in twenty that were passed on would leave. */
const leewayBytes = 4 * 1024 * 1024;

export function isBack(after: Held, before: Held): boolean {
  const { sockets, exchanges, responses, timers } = after;
  const few = sockets <= before.sockets && timers <= before.timers && responses <= before.responses;
  return few && exchanges <= before.exchanges && after.bytes <= before.bytes + leewayBytes;
}

async function settled(tunnel: TunnelProcess, before: Held): Promise<Held> {
  const untilMs = Date.now() + settledMs;
  for (;;) {
    const after = await tunnel.held();
    if (isBack(after, before) || Date.now() >= untilMs) return after;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

interface TunnelProcess {
  /** The local address of the connection at this place of `connections`. */
  readonly urlOf: (at: number) => string;
  readonly token: string;
  held(): Promise<Held>;
  close(): Promise<void>;
}

const introduction = z.object({ port: z.number(), token: z.string() });
const count = z.number();
const heldShape = z.object({ bytes: count, sockets: count, exchanges: count, responses: count, timers: count });

async function startTunnel(gateway: string, accessToken: string): Promise<TunnelProcess> {
  const child = fork(fileURLToPath(new URL("./tunnel-process.ts", import.meta.url)), [
    gateway,
    accessToken,
    ...connections,
  ]);
  const ended = once(child, "exit");
  const { port, token } = introduction.parse(await said(child));
  return {
    urlOf: (at) => `http://127.0.0.1:${port}/mcp/${connections[at] ?? ""}`,
    token,
    async held() {
      child.send("held");
      return heldShape.parse(await said(child));
    },
    async close() {
      child.disconnect();
      await ended;
    },
  };
}

async function said(child: ChildProcess): Promise<unknown> {
  const [answer]: unknown[] = await once(child, "message");
  return answer;
}
