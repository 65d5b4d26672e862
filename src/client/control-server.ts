import { chmod, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { z } from "zod";
import type { ApprovalView } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import type { ConsoleCall } from "../shared/console-calls.ts";
import { CountersignError, toFailure, type Result } from "../shared/errors.ts";
import { isConsoleCall } from "./console-calls.ts";
import {
  controlInputs,
  controlPath,
  controlRequest,
  type ControlCommand,
  type ControlInput,
  type ControlOutput,
} from "./control-protocol.ts";
import type { Client } from "./client.ts";
import { readJsonLines, writeJsonLine } from "./lines.ts";

/** Serves the control socket of a profile that this process owns: only its user can reach it (0600). */
export async function serveControl(directory: string, client: Client): Promise<{ close(): Promise<void> }> {
  const path = await controlPath(directory);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    readJsonLines(socket, mostBytes, (value) => void answer(client, socket, value));
  });
  // A socket that a killed owner left behind; the lock says that nobody listens on it.
  if (process.platform !== "win32") await rm(path, { force: true });
  await listen(server, path);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const mostBytes = 256 * 1024;

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  if (process.platform !== "win32") await chmod(path, 0o600);
}

async function answer(client: Client, socket: Socket, value: unknown): Promise<void> {
  const request = controlRequest.safeParse(value);
  if (!request.success) {
    socket.destroy();
    return;
  }
  const { id, command, input } = request.data;
  const onUrl = (url: string) => writeJsonLine(socket, { id, event: "url", data: url });
  writeJsonLine(socket, { id, result: await run(client, command, input, onUrl) });
}

async function run(
  client: Client,
  command: string,
  input: unknown,
  onUrl: (url: string) => void,
): Promise<Result<unknown>> {
  try {
    if (!Object.hasOwn(controlInputs, command)) throw new CountersignError("bad_request", "There is no such command.");
    // Just found among its keys.
    const known = command as ControlCommand;
    const parsed = controlInputs[known].safeParse(input);
    if (!parsed.success) throw new CountersignError("bad_request", `${known}: ${z.prettifyError(parsed.error)}`);
    // Parsed by the schema of this very command, which TypeScript can't see through the index.
    return { ok: true, value: await commands(client, onUrl)[known](parsed.data as never) };
  } catch (error) {
    return { ok: false, error: toFailure(error) };
  }
}

type Commands = { readonly [C in ControlCommand]: (input: ControlInput<C>) => Promise<ControlOutput<C>> };

function commands(client: Client, onUrl: (url: string) => void): Commands {
  return {
    status: async () => withoutNumbers(client.state()),
    async call({ call, input, presence }) {
      if (!isConsoleCall(call)) throw new CountersignError("bad_request", "There is no such console call.");
      return await called(client, call, input, presence);
    },
    signIn: ({ by }) => signIn(client, by, onUrl),
    "clients.list": async () => client.state().clients,
    "clients.add": ({ name }) => client.addClient(name),
    "clients.admit": ({ name }) => client.admitClient(name),
    "clients.remove": async ({ id }) => {
      await client.removeClient(id);
      return null;
    },
    "tunnel.open": async ({ port }) => {
      await client.openTunnel(port === undefined ? {} : { port });
      return null;
    },
    consoleLink: async () => client.consoleLink(),
    "ledger.export": () => client.exportLedger(),
    "ledger.exportSession": (asked) => client.exportSession(asked),
    "ledger.search": (asked) => client.searchLedger(asked),
    "tools.list": async () => [...(await client.tools())],
    "tools.accept": async (tool) => {
      await client.acceptTool(tool);
      return null;
    },
    "devices.of": async ({ principal }) => [...(await client.access.devicesOf(principal))],
    "access.confirm": async ({ device }) => {
      await client.access.confirm(device);
      return null;
    },
    "access.revoke": async (what) => {
      await client.access.revoke(what);
      return null;
    },
    "access.restore": async ({ principal }) => {
      await client.access.restore(principal);
      return null;
    },
    "holds.list": async () => [...(await client.retention.holds())],
    "holds.place": (wish) => client.retention.place(wish),
    "holds.lift": async (lift) => {
      await client.retention.lift(lift);
      return null;
    },
    "entries.erase": (wish) => client.retention.erase(wish),
    "setup.list": async (asked) => [...(await client.setup.list(asked))],
    "setup.plan": async (wish) => [...(await client.setup.plan(wish))],
    "setup.apply": async (wish) => [...(await client.setup.apply(wish))],
  };
}

/** The numbers of critical requests are for a console's page: what reads a terminal, a model perhaps, is not the person before it. */
function withoutNumbers(state: ConsoleState): ConsoleState {
  return { ...state, approvals: state.approvals.map(withoutNumber) };
}

function withoutNumber(approval: ApprovalView): ApprovalView {
  return approval.matching ? { ...approval, matching: { ...approval.matching, number: null } } : approval;
}

/** Of all calls this one alone answers with a request of one's own that may still wait. */
async function called(client: Client, call: ConsoleCall, input: unknown, presence: "cli"): Promise<Result<unknown>> {
  if (call !== "history.show") return await client.call(call, input, presence);
  const shown = await client.call(call, input, presence);
  if (!shown.ok) return shown;
  return { ok: true, value: { ...shown.value, approval: withoutNumber(shown.value.approval) } };
}

async function signIn(client: Client, by: ControlInput<"signIn">["by"], onUrl: (url: string) => void): Promise<null> {
  let told: string | null = null;
  const stop = client.onState(({ session }) => {
    if (session.state !== "signing-in" || session.url === null || session.url === told) return;
    told = session.url;
    onUrl(session.code === undefined ? session.url : `${session.url} (the code is ${session.code})`);
  });
  try {
    const result = await client.call(by === "code" ? "session.signInByCode" : "session.signIn", {}, "cli");
    if (!result.ok) throw new CountersignError(result.error.code, result.error.message);
    return null;
  } finally {
    stop();
  }
}
