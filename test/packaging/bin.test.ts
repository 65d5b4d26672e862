import { execFile } from "node:child_process";
import { chmod } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { z } from "zod";

const root = fileURLToPath(new URL("../../", import.meta.url));
const program = "dist/cli/index.js";
const run = promisify(execFile);
// The Node of this run first, for the program's first line asks the system for one.
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` };

it("the package holds the built program and its pages, and no sources or tests", async () => {
  const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: root, env });
  const packed = z.object({ files: z.array(z.object({ path: z.string() })) });
  const paths = z
    .array(packed)
    .parse(JSON.parse(stdout))
    .flatMap(({ files }) => files.map(({ path }) => path));
  expect(paths).toContain(program);
  expect(paths).toContain("dist/renderer/index.html");
  expect(paths.filter((path) => !path.startsWith("dist/")).toSorted()).toEqual([
    "LICENSE",
    "README.md",
    "package.json",
  ]);
});

it("the built program starts by itself, made executable as npm does at an installation", async () => {
  await chmod(join(root, program), 0o755);
  const { stdout } = await run(join(root, program), ["--help"], { env });
  expect(stdout).toContain("countersign COMMAND");
});
