import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

export const revisions = ["2025-11-25", "2026-07-28"] as const;
export type Revision = (typeof revisions)[number];

/** What one run of the suite found: for each scenario its checks, in order. */
export type Findings = ReadonlyMap<string, readonly Check[]>;

const check = z.object({ id: z.string(), status: z.string(), errorMessage: z.string().optional() });
export type Check = z.infer<typeof check>;

/** Runs the public suite's server scenarios that a revision requires, and those it runs unscored, against one address. */
export function serverFindings(url: string, revision: Revision): Promise<Findings> {
  return findings(["server", "--url", url, "--requirements", revision]);
}

async function findings(args: readonly string[]): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-conformance-"));
  try {
    const said = await run([...args, "-o", folder]);
    const found = new Map<string, readonly Check[]>();
    for (const name of (await readdir(folder)).toSorted()) {
      const scenario = /^(?:server-)?(.+?)-\d{4}-\d\d-\d\dT/.exec(name)?.[1];
      if (scenario === undefined) continue;
      const text = await readFile(join(folder, name, "checks.json"), "utf8");
      found.set(scenario, z.array(check).parse(JSON.parse(text)));
    }
    if (found.size === 0) throw new Error(`The suite ran nothing: ${said.slice(-2000)}`);
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The suite exits 1 where a check fails, which is a finding like any other. */
async function run(args: readonly string[]): Promise<string> {
  const manifest = fileURLToPath(import.meta.resolve("@modelcontextprotocol/conformance/package.json"));
  const program = join(dirname(manifest), "dist/index.js");
  return await new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}
