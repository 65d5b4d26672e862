import { z } from "zod";
import { startGatewayProcess, type GatewayProcess } from "../../support/gateway-process.ts";
import { isWeather, judged, keepCalling, repeatedOf, type Sizes, type Tally } from "./calls.ts";
import { openLegacy, openModern, type Session } from "./sessions.ts";
import { startTarget, type Target } from "./target.ts";
import type { Held } from "./held.ts";
import { heldShape, leewayOfGateway, leewayOfTunnel, settled, type Span } from "./settling.ts";
import type { TunnelHeld } from "./tunnel-process.ts";
import { startTunnel, type TunnelProcess } from "./tunnel.ts";

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
  readonly tunnel: Span<TunnelHeld>;
  readonly gateway: Span<Held>;
}

/** In which every session is to have answers again once the weather is over. */
const calmMs = 240_000;
/** One person's legacy sessions may be 32 on each. */
const connections = ["one", "two", "three", "four"];

/** Stock clients of both eras, a tunnel and a gateway in processes of their own, a target that counts. */
export async function torture(wanted: Torture): Promise<Outcome> {
  const target = await startTarget();
  const gateway = await startGatewayProcess({
    target: target.url,
    node: ["--import", new URL("./gateway-watch.ts", import.meta.url).href],
    rules: [
      { name: "reads", tools: ["get_*"], groups: ["engineers"], effect: "allow", readOnly: true },
      { name: "writes", tools: ["append"], groups: ["engineers"], effect: "allow" },
    ],
    config: {
      drain: "1s",
      connections: connections.map((name) => ({ name, http: { url: target.url }, timeout: "30s" })),
    },
  });
  const tunnel = await startTunnel(gateway.url, await gateway.token("erin", ["engineers"]), connections);
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
  const before = { tunnel: await tunnel.held(), gateway: await heldBy(gateway) };
  const weather = { isCalm: false, untilMs: Infinity };
  const caller = { target, tally, sizes: wanted, weather };
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
  weather.isCalm = true;
  weather.untilMs = Date.now() + calmMs;
  await calls;
  const ended = opened.flatMap(({ session: { id }, url }) => (id === null ? [] : [{ id, url }]));
  await Promise.all(opened.map(({ session }) => session.close()));
  const undead = await answering(ended, token);
  // The last of the gateways: it lived for as long as the last calls took.
  const ofGateway = await settled(() => heldBy(gateway), before.gateway, leewayOfGateway);
  // Its end is the end of the connections that were kept for a next call.
  await gateway.restart("SIGKILL");
  const ofTunnel = await settled(() => tunnel.held(), before.tunnel, leewayOfTunnel);
  const held = {
    tunnel: { before: before.tunnel, after: ofTunnel },
    gateway: { before: before.gateway, after: ofGateway },
  };
  return { ...tally, repeated: repeatedOf(target), undead, ...held };
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

/** Asks the gateway of now. */
async function heldBy(gateway: GatewayProcess): Promise<Held> {
  const told = gateway.log().length;
  gateway.child.kill("SIGUSR2");
  const line = /^\{"held":.*\}$/m;
  while (!line.test(gateway.log().slice(told))) await new Promise((resolve) => setTimeout(resolve, 50));
  return z.object({ held: heldShape }).parse(JSON.parse(line.exec(gateway.log().slice(told))?.[0] ?? "")).held;
}
