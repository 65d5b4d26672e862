import type { Control } from "../client/control.ts";
import { CountersignError } from "../shared/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../shared/json.ts";
import { clock } from "./approval-text.ts";
import { command, positional } from "./command.ts";
import { callTool } from "./mcp-call.ts";
import { signedInState, withOwner } from "./owner.ts";
import { resultFailure, resultLines } from "./result-text.ts";
import { untilStopped } from "./signals.ts";
import type { Terminal } from "./terminal.ts";

const help = `Usage: countersign call CONNECTION TOOL [JSON] [--profile DIR] [--json]

Makes one call through the tunnel as an MCP client would, with JSON as the tool's arguments ({} where absent). A call
that is held waits for its decision; one that is denied ends with status 1 and the reason. Ctrl-C stops waiting.`;

export const call = command(help, {}, async ({ positionals, profile, terminal }) => {
  const [connection, tool, json] = positional(positionals.length === 2 ? [...positionals, "{}"] : positionals, [
    "CONNECTION",
    "TOOL",
    "JSON",
  ]);
  const input = parseArguments(json);
  await withOwner(profile, async (owner) => {
    const url = await addressOf(owner, connection, profile);
    const result = await withToken(owner, (token) => waitFor({ url, token, tool, arguments: input }, terminal));
    terminal.answer(result, result.isError === true ? [] : resultLines(result));
    if (result.isError === true) throw new CountersignError("target_failed", resultFailure(result));
  });
});

function parseArguments(json: string): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(json) as Json;
  } catch (cause) {
    throw new CountersignError("usage", "The arguments are not JSON: quote them whole, '{\"id\": 1}'.", { cause });
  }
  if (!isJsonObject(value)) throw new CountersignError("usage", "The arguments are not a JSON object, such as {}.");
  return value;
}

async function addressOf(owner: Control, name: string, profile: string): Promise<string> {
  const state = await signedInState(owner, profile);
  const connection = state.connections.find((candidate) => candidate.name === name);
  if (connection === undefined) {
    const known = state.connections.map((candidate) => candidate.name).join(", ");
    throw new CountersignError(
      "not_found",
      `There is no connection ${JSON.stringify(name)} for you; there is ${known}.`,
    );
  }
  if (connection.url !== null) return connection.url;
  await owner.ask("tunnel.open", {});
  return await addressOf(owner, name, profile);
}

const clientName = /^cli (\d+)$/;

/** A client token for this one call. Those of calls that were killed are removed: nobody has them any more. */
async function withToken<T>(owner: Control, use: (token: string) => Promise<T>): Promise<T> {
  for (const { id, name } of await owner.ask("clients.list", {})) {
    const pid = clientName.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await owner.ask("clients.remove", { id }).catch(() => null);
  }
  const { id, token } = await owner.ask("clients.add", { name: `cli ${process.pid}` });
  try {
    return await use(token);
  } finally {
    await owner.ask("clients.remove", { id }).catch(() => null);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return pid === process.pid;
  }
}

async function waitFor(asked: Omit<Parameters<typeof callTool>[0], "onProgress" | "signal">, terminal: Terminal) {
  const stop = new AbortController();
  void untilStopped().then(() => stop.abort());
  let heldSinceMs: number | null = null;
  const tick = (): void => {
    if (heldSinceMs !== null) terminal.progress(`Waiting for approval… ${clock(Date.now() - heldSinceMs)}`);
  };
  const timer = setInterval(tick, 1000);
  const onProgress = (message: string): void => {
    if (!message.startsWith("Waiting for approval")) return terminal.note(message);
    if (heldSinceMs === null) terminal.note(message);
    heldSinceMs ??= Date.now();
    tick();
  };
  try {
    return await callTool({ ...asked, onProgress, signal: stop.signal });
  } finally {
    clearInterval(timer);
    terminal.progress("");
  }
}
