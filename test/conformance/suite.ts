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

/** Runs the suite's scenario about DNS rebinding, as that of a revision, against one address of this machine. */
export async function rebindingFindings(url: string, revision: Revision): Promise<readonly Check[]> {
  const scenario = "dns-rebinding-protection";
  const found = await findings(["server", "--url", url, "--scenario", scenario, "--spec-version", revision]);
  return found.get(scenario) ?? [];
}

/** A client scenario of the suite, and the revisions it is about; none for extensions. */
export interface ClientScenario {
  readonly name: string;
  readonly revisions: readonly string[];
}

/** Every client scenario that the suite knows. */
export async function clientScenarios(): Promise<readonly ClientScenario[]> {
  const { said } = await run(["list"]);
  const listed = /^Client scenarios.*:$([^]*?)^\S/m.exec(said)?.[1] ?? "";
  const found = [...listed.matchAll(/^ {2}- (\S+) \[(.*)\]$/gm)];
  if (found.length === 0) throw new Error(`The suite lists no client scenarios: ${said.slice(0, 2000)}`);
  return found.map(([, name = "", revisions = ""]) => ({ name, revisions: revisions.split(",") }));
}

const clientProgram = fileURLToPath(new URL("client/index.ts", import.meta.url));

/** Lets the suite judge our fixture client in one scenario. `switchboard` is where the client asks for its way; direct without. */
export async function clientFindings(
  scenario: string,
  revision: Revision,
  switchboard: string | undefined,
): Promise<Findings> {
  const args = ["client", "--command", `${process.execPath} ${clientProgram}`, "--scenario", scenario];
  const env = switchboard === undefined ? {} : { CONFORMANCE_SWITCHBOARD: switchboard };
  return await findings([...args, "--spec-version", revision, "--timeout", "60000"], env);
}

async function findings(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-conformance-"));
  try {
    const { said, ok } = await run([...args, "-o", folder], env);
    const found = new Map<string, readonly Check[]>();
    for (const name of (await readdir(folder)).toSorted()) {
      const scenario = /^(?:server-)?(.+?)-\d{4}-\d\d-\d\dT/.exec(name)?.[1];
      if (scenario === undefined) continue;
      const text = await readFile(join(folder, name, "checks.json"), "utf8");
      const checks = z.array(check).parse(JSON.parse(text));
      // The verdict on a client is also about how its process ended, which is no check.
      const verdict = { id: "verdict", status: ok ? "SUCCESS" : "FAILURE", errorMessage: ok ? "" : complaint(said) };
      found.set(scenario, args[0] === "client" ? [...checks, verdict] : checks);
    }
    if (found.size === 0) throw new Error(`The suite ran nothing: ${said.slice(-2000)}`);
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function complaint(said: string): string {
  return /^\S*Error: .*$/m.exec(said)?.[0] ?? "a check failed";
}

/** The suite exits 1 where a check fails, which is a finding like any other. */
async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly said: string; readonly ok: boolean }> {
  const manifest = fileURLToPath(import.meta.resolve("@modelcontextprotocol/conformance/package.json"));
  const program = join(dirname(manifest), "dist/index.js");
  const options = { maxBuffer: 64 * 1024 * 1024, timeout: mostMs, env: { ...process.env, ...env } };
  return await new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) =>
      resolve({ said: stdout + stderr, ok: error === null }),
    );
  });
}

/** No run of the suite takes so long, unless something hangs. */
const mostMs = 180_000;
