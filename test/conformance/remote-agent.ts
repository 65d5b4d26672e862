import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { JsonObject } from "../../src/shared/json.ts";
import { isJson, isJsonObject } from "../../src/shared/json.ts";
import { shell, startShell, type Running } from "../cli/shell.ts";

/** `countersign agent` as a process of its own, enrolled and not yet started. */
export interface RemoteAgent {
  /** Its entry under `agents:` of gateway.yaml. */
  readonly entry: JsonObject;
  /** Resolves once it is connected. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** `connections` as agent.yaml has them; its files go into `folder`. */
export async function enrolAgent(
  folder: string,
  gateway: string,
  connections: readonly JsonObject[],
): Promise<RemoteAgent> {
  const file = join(folder, "agent.yaml");
  await writeFile(
    file,
    stringify({ version: 1, name: "lab", gateway, key: "file:agent-key.pem", connections: [...connections] }),
  );
  const enrolled = await shell("agent", "--config", file, "--enrol", "--json");
  const entry: unknown = JSON.parse(enrolled.stdout);
  if (!isJson(entry) || !isJsonObject(entry)) throw new Error(`The agent could not be enrolled: ${enrolled.stderr}`);
  let running: Running | undefined;
  return {
    entry,
    async start() {
      running = startShell("agent", "--config", file, "--json");
      await running.says(/\{"agent".*\}/);
    },
    async close() {
      running?.child.kill("SIGTERM");
      await running?.ended();
    },
  };
}
