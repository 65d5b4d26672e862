import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { weakened } from "./weakened.ts";

// What is built is judged as it is: `npm test` builds first. A copy of it is weakened, one place at a time.

const root = fileURLToPath(new URL("../../", import.meta.url));
let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "countersign-weakened-"));
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  await mkdir(join(copy, "assets"));
  for (const path of [
    "package.json",
    "electron-builder.yml",
    "assets/entitlements.mac.plist",
    "src/preload",
    "src/shared",
  ])
    await cp(join(root, path), join(copy, path), { recursive: true });
  for (const part of ["main", "client", "shared"])
    await cp(join(root, "dist", part), join(copy, "dist", part), { recursive: true });
});
afterAll(() => rm(copy, { recursive: true, force: true }));

test("finds nothing in this repository", async () => {
  expect(await check(root)).toEqual({ status: 0, findings: "" });
});

/** All of `weakened` at once, but for what would hide another: each has its own finding, and an untouched tree has none. */
async function findingsWhere(places: typeof weakened): Promise<string> {
  const before = new Map<string, string>();
  for (const [what, file, from, to] of places) {
    const path = join(copy, file);
    const present = await readFile(path, "utf8");
    if (!before.has(path)) before.set(path, present);
    const after = present.replace(from, () => to);
    expect(after, what).not.toBe(present);
    await writeFile(path, after);
  }
  const { status, findings } = await check(copy);
  for (const [path, text] of before) await writeFile(path, text);
  expect(status).toBe(1);
  return findings;
}

const laxSchema = "a schema that takes anything";
const found: { together: string; laxSchema: string } = { together: "", laxSchema: "" };
beforeAll(async () => {
  found.together = await findingsWhere(weakened.filter(([what]) => what !== laxSchema));
  found.laxSchema = await findingsWhere(weakened.filter(([what]) => what === laxSchema));
});

test.each(weakened)("fails for %s", (what, _file, _from, _to, finding) => {
  expect(what === laxSchema ? found.laxSchema : found.together).toMatch(finding);
});

async function check(tree: string): Promise<{ status: number; findings: string }> {
  const child = spawn(process.execPath, [join(root, "packaging/check.ts"), "--root", tree], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [findings, [status]] = await Promise.all([text(child.stderr), once(child, "exit") as Promise<[number]>]);
  return { status, findings };
}
