import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { stampOf, whenChanged } from "../../src/cli/file-watch.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-watch-"));
  file = join(folder, "gateway.yaml");
});

/** What was read at each run, since the file was as the stamp says. */
function watched(asRead = stampOf(file)): readonly string[] {
  const read: string[] = [];
  const watch = whenChanged(file, asRead, async () => void read.push(await readFile(file, "utf8").catch(() => "none")));
  onTestFinished(() => {
    watch.close();
    rmSync(folder, { recursive: true });
  });
  return read;
}

/** Lays a version down as the kubelet does: a new folder, and `..data` pointed to it in one step. */
function project(version: string): void {
  mkdirSync(join(folder, `..${version}`));
  writeFileSync(join(folder, `..${version}`, "gateway.yaml"), version);
  symlinkSync(`..${version}`, join(folder, "..data_tmp"));
  renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
}

it("notices that a ConfigMap was swapped, of which the file's own name is never touched", async () => {
  project("first");
  symlinkSync("..data/gateway.yaml", file);
  const read = watched();
  project("second");
  await expect.poll(() => read).toEqual(["second"]);
  project("third");
  await expect.poll(() => read).toEqual(["second", "third"]);
});

it.each([
  ["written to", () => writeFileSync(file, "second")],
  [
    "replaced by another file",
    () => {
      writeFileSync(`${file}.new`, "second");
      renameSync(`${file}.new`, file);
    },
  ],
])("notices that the file was %s", async (_how, change) => {
  writeFileSync(file, "first");
  const read = watched();
  change();
  await expect.poll(() => read).toEqual(["second"]);
});

it("notices an edit between the first reading and the watch, of which no event tells", async () => {
  writeFileSync(file, "first");
  const asRead = stampOf(file);
  writeFileSync(file, "edited while it started");
  const read = watched(asRead);
  await expect.poll(() => read).toEqual(["edited while it started"]);
});

it("takes a change beside the file for none, and notices one of the file while its folder is never quiet", async () => {
  writeFileSync(file, "first");
  const read = watched();
  const noise = setInterval(() => writeFileSync(join(folder, "gateway.log"), String(Math.random())), 20);
  onTestFinished(() => clearInterval(noise));
  writeFileSync(join(folder, "other.yaml"), "x");
  writeFileSync(file, "second");
  await expect.poll(() => read).toEqual(["second"]);
  writeFileSync(file, "third");
  await expect.poll(() => read).toEqual(["second", "third"]);
});
