import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** One place of a built tree and what it is changed to: `from` is replaced by `to`, once. */
export type Change = readonly [what: string, file: string, from: string | RegExp, to: string];

/** A copy of what is built, to be weakened. `npm test` builds first. */
export interface WeakenedTree {
  /** What the check says of the copy after all of these changes, which are undone afterwards. */
  findingsWhere(changes: readonly Change[]): Promise<string>;
  remove(): Promise<void>;
}

export async function copyTree(): Promise<WeakenedTree> {
  const copy = await mkdtemp(join(tmpdir(), "countersign-weakened-"));
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  await mkdir(join(copy, "assets"));
  const files = ["package.json", "electron-builder.yml", "assets/entitlements.mac.plist", "src/preload", "src/shared"];
  for (const path of files) await cp(join(root, path), join(copy, path), { recursive: true });
  for (const part of ["main", "client", "shared"])
    await cp(join(root, "dist", part), join(copy, "dist", part), { recursive: true });
  return {
    findingsWhere: (changes) => findingsWhere(copy, changes),
    remove: () => rm(copy, { recursive: true, force: true }),
  };
}

/** How the check ends for the repository itself. */
export async function checkRepository(): Promise<{ readonly status: number; readonly findings: string }> {
  return await check(root);
}

async function findingsWhere(copy: string, changes: readonly Change[]): Promise<string> {
  const before = new Map<string, string>();
  for (const [what, file, from, to] of changes) {
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

async function check(tree: string): Promise<{ status: number; findings: string }> {
  const child = spawn(process.execPath, [join(root, "packaging/check.ts"), "--root", tree], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [findings, [status]] = await Promise.all([text(child.stderr), once(child, "exit") as Promise<[number]>]);
  return { status, findings };
}
