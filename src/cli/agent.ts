import { readFile } from "node:fs/promises";
import { startGroupGuard } from "../agent/group-guard.ts";
import { createAgent } from "../agent/index.ts";
import { enrolAgentKey, loadAgentKey } from "../agent/key.ts";
import { keepLinked } from "../agent/link.ts";
import { reachOf } from "../agent/reach.ts";
import { logTo } from "../gateway/log.ts";
import { openTelemetry } from "../gateway/telemetry/index.ts";
import { tracedReach } from "./agent-traces.ts";
import { resolveSecret } from "../gateway/secrets.ts";
import { CountersignError } from "../shared/errors.ts";
import { loadAgentConfig } from "./agent-config.ts";
import { command, positional } from "./command.ts";
import { untilStopped } from "./signals.ts";
import type { Terminal } from "./terminal.ts";

const help = `Usage: countersign agent --config FILE [--enrol] [--json]

Runs an agent until SIGINT or SIGTERM: it dials the gateway that FILE names, proves itself by its key, and makes the
last hop to the connections of FILE. It opens no port. A lost link is dialled again for ever. Its log goes to standard
error, one JSON object a line. With --json it prints {"agent", "gateway"} once the gateway has taken it in.

--enrol makes the key where there is none, prints the public key for agents: in gateway.yaml, and ends.`;

const options = { config: { type: "string" }, enrol: { type: "boolean" } } as const;

export const agent = command(help, options, async ({ values, positionals, terminal }) => {
  positional(positionals, []);
  if (values.config === undefined)
    throw new CountersignError("usage", "--config FILE is missing; --help shows the usage.");
  const config = await loadAgentConfig(values.config);
  if (values.enrol !== true) return run(config, terminal);
  const { publicKey } = await enrolAgentKey(config.key);
  terminal.answer({ name: config.name, key: publicKey }, [
    "In gateway.yaml:",
    "",
    "agents:",
    `  - { name: ${config.name}, key: "${publicKey}" }`,
  ]);
});

async function run(config: Awaited<ReturnType<typeof loadAgentConfig>>, terminal: Terminal): Promise<void> {
  const key = await loadAgentKey(config.key);
  const ca = config.ca === undefined ? {} : { ca: await readCa(config.ca) };
  const noted = logTo((text) => void process.stderr.write(text), Date.now);
  const telemetry = await openTelemetry(process.env, "countersign-agent", noted);
  const log = telemetry.log(noted);
  const hops = createAgent({
    guard: startGroupGuard(),
    onNote: (note) => log({ level: "warn", event: "target.note", ...note }),
  });
  const stopping = new AbortController();
  const stopped = untilStopped().then(() => stopping.abort());
  const { gateway, name } = config;
  let said = false;
  const onConnected = (): void => {
    if (!said) terminal.answer({ agent: name, gateway }, [`The agent ${name} is connected to ${gateway}.`]);
    said = true;
  };
  try {
    const reach = tracedReach(await reachOf(config, hops, (secret) => resolveSecret(secret)), telemetry.traces);
    await keepLinked({ gateway, name, key, reach, log, onConnected, ...ca }, stopping.signal);
    await stopped;
  } finally {
    await hops.close();
    await telemetry.close();
  }
}

async function readCa(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new CountersignError("configuration", `The file ${path} (ca) can't be read.`, { cause });
  });
}
