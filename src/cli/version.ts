import { readFileSync } from "node:fs";
import { z } from "zod";

const packageFile = z.object({ version: z.string() });

/** The version of this program, as package.json has it: two folders up, from src/cli as from dist/cli. */
export function version(): string {
  return packageFile.parse(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))).version;
}
