import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import type { GatewayProcess, GatewayProcessOptions } from "../../support/gateway-process.ts";
import { modernRequest, post } from "../mcp/ground.ts";

const killAt = new URL("./kill-at.ts", import.meta.url).href;
const program = fileURLToPath(new URL("../../../src/cli/index.ts", import.meta.url));
/** Nobody is told to come back before the gateway was killed, however slow the machine. */
const budget = "2m";

/** What the one call of these tests writes. */
export const text = "once";

/** The options of a gateway's process that ends at this moment, as kill-at.ts has them. */
export function killedAt(moment: string): Pick<GatewayProcessOptions, "config" | "node" | "env"> {
  return { config: { approvals: { budget } }, node: ["--import", killAt], env: { KILL_AT: moment } };
}

/** Starts a killed gateway on the same folder, this time without anything that kills it. Resolves once it listens, with what ends it. */
export async function startAgain({ folder }: GatewayProcess): Promise<() => Promise<void>> {
  const file = join(folder, "gateway.yaml");
  // What is not decided now won't be: nobody need be waited for.
  await writeFile(file, (await readFile(file, "utf8")).replace(`budget: ${budget}`, "budget: 200ms"));
  const child = spawn(process.execPath, [program, "gateway", "--config", file, "--json"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const closed = once(child, "close");
  await Promise.race([once(child.stdout, "data"), closed]);
  return async () => {
    child.kill("SIGKILL");
    await closed;
  };
}

/** The body of the answer to the one call of these tests. */
export async function callTool(gateway: GatewayProcess, token: string): Promise<string> {
  const call = modernRequest(1, "tools/call", { name: "slow_write", arguments: { text } });
  return (await post(gateway, token, call)).text();
}

/** What is read of the gateway's store, whether it runs or not. */
export function query<T>({ folder }: GatewayProcess, read: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(folder, "data", "gateway.sqlite"), { readOnly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}
