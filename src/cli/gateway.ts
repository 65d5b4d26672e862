import { createAgent } from "../agent/index.ts";
import { portOwner } from "../client/port-owner.ts";
import { loadConfig } from "../gateway/config.ts";
import { createGateway, type Gateway } from "../gateway/index.ts";
import { logTo } from "../gateway/log.ts";
import { openTelemetry } from "../gateway/telemetry/index.ts";
import { CountersignError } from "../shared/errors.ts";
import { command, positional } from "./command.ts";
import { stampOf, whenChanged } from "./file-watch.ts";
import { rotateKey } from "./rotate-key.ts";
import { untilStopped } from "./signals.ts";
import type { Terminal } from "./terminal.ts";

const help = `Usage: countersign gateway --config FILE [--json]
       countersign gateway rotate-key --config FILE [--json]

Runs a gateway with an embedded agent until SIGINT or SIGTERM. Its log goes to standard error, one JSON object a line.
A first signal lets calls under way end (drain in the configuration), a second one ends it at once.
It reads its configuration again when the file changes and at SIGHUP, without dropping calls. The log says
config.loaded, or config.rejected and why: then the old configuration stays in force. listen, publicUrl, data, keys,
sinks and witnesses change only with a new start. With --json it prints {"url"} once it listens.

rotate-key makes another key for the ledger beside the present one, as the gateway's user. At its next start the gateway
hands over to it, with an entry that both keys sign, and overwrites the old one; whoever pinned that follows by itself.`;

export const gateway = command(help, { config: { type: "string" } }, async ({ values, positionals, terminal }) => {
  const file = values.config;
  if (file === undefined) throw new CountersignError("usage", "--config FILE is missing; --help shows the usage.");
  if (positionals[0] === "rotate-key") {
    positional(positionals, ["rotate-key"]);
    return await rotateKey(file, terminal);
  }
  positional(positionals, []);
  const asRead = stampOf(file);
  const config = await loadConfig(file);
  const said = logTo((text) => void process.stderr.write(text), Date.now);
  const telemetry = await openTelemetry(process.env, "countersign-gateway", said);
  const log = telemetry.log(said);
  const agent = createAgent({ onNote: (note) => log({ level: "warn", event: "target.note", ...note }) });
  try {
    const running = await createGateway({ config, agent, log, telemetry });
    await serve(running, { file, asRead }, config.config.listen.port, terminal);
  } finally {
    await agent.close();
    await telemetry.close();
  }
});

/** `asRead` is the stamp that the file had before it was read. */
interface Watched {
  readonly file: string;
  readonly asRead: string;
}

async function serve(running: Gateway, { file, asRead }: Watched, port: number, terminal: Terminal): Promise<void> {
  const stopped = untilStopped();
  try {
    const { url } = await startAt(running, port);
    terminal.answer({ url }, [`The gateway listens at ${url}.`]);
    const watch = whenChanged(file, asRead, () => reload(running, file));
    await stopped;
    watch.close();
    await running.drain();
  } finally {
    await running.stop();
  }
}

async function startAt(running: Gateway, port: number): Promise<{ readonly url: string }> {
  try {
    return await running.start();
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== "port_taken") throw error;
    const owner = await portOwner(port);
    const by = owner === null ? "" : ` by ${owner.name} (process ${owner.pid})`;
    throw new CountersignError("port_taken", `Port ${port} is taken${by}: end that, or choose another in listen.port.`);
  }
}

async function reload(running: Gateway, file: string): Promise<void> {
  try {
    await running.reload(await loadConfig(file));
  } catch (error) {
    await running.rejected(error instanceof Error ? error.message : String(error));
  }
}
