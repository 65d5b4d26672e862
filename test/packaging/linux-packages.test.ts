import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runNode } from "./workbench.ts";

// deb and rpm are written by fpm, which is not here: a script in its place keeps what electron-builder hands it. So the packages'
// contents are known, and that their configuration is whole; that they install is not.

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "countersign-packages-"));
  await mkdir(join(scratch, "app/resources"), { recursive: true });
  await writeFile(join(scratch, "app/countersign-desktop"), "", { mode: 0o755 });
  await writeFile(join(scratch, "fpm"), keepsWhatItIsGiven, { mode: 0o755 });
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe.each([
  ["deb", /\/Countersign-[\d.]+-linux-amd64\.deb$/],
  ["rpm", /\/Countersign-[\d.]+-linux-x86_64\.rpm$/],
])("the %s package", (format, name) => {
  let given: readonly string[];
  let kept: (file: string) => Promise<string>;
  beforeAll(async () => {
    const output = join(scratch, format);
    await mkdir(output);
    kept = (file) => readFile(join(output, file), "utf8");
    const env = { ...process.env, CUSTOM_FPM_PATH: join(scratch, "fpm"), KEPT: output };
    const cli = createRequire(import.meta.url).resolve("electron-builder/cli.js");
    const app = ["--prepackaged", join(scratch, "app"), `-c.directories.output=${output}`, "--publish", "never"];
    const run = await runNode([cli, "--linux", format, "--x64", ...app], env);
    expect(run.errors + run.output).not.toMatch(/⨯|Error/);
    given = (await kept("arguments")).split("\n");
  });

  test("is called as the docs say, and says who made it under which licence", () => {
    expect(valueOf("--package", given)).toMatch(name);
    expect(["--name", "--license", "--vendor"].map((option) => valueOf(option, given))).toEqual([
      "countersign",
      "MIT",
      "Countersign",
    ]);
    expect(valueOf("--maintainer", given)).toMatch(/^Countersign </);
  });

  test("installs the app below /opt, its icon in every size, and leaves the terminal shell's name free", () => {
    const places = given.flatMap((argument) => /=(\/(?:opt|usr)\/.*)$/.exec(argument)?.[1] ?? []);
    expect(places).toContain("/opt/Countersign");
    for (const size of ["16x16", "48x48", "256x256", "512x512"])
      expect(places).toContain(`/usr/share/icons/hicolor/${size}/apps/countersign-desktop.png`);
    expect(places.filter((place) => place.startsWith("/usr/bin"))).toEqual([]);
  });

  test("tells the desktop the app's entry: its links, its windows, no switch that weakens it", async () => {
    const entry = await kept("entry");
    expect(entry).toContain("Exec=/opt/Countersign/countersign-desktop %U\n");
    expect(entry).toContain("MimeType=x-scheme-handler/countersign;\n");
    expect(entry).toContain("StartupWMClass=countersign-desktop\n");
    expect(entry).not.toContain("no-sandbox");
  });

  test("keeps the sandbox working where unprivileged namespaces are off", async () => {
    expect(await kept("after-install")).toMatch(/chmod 4755 .*chrome-sandbox/);
  });
});

function valueOf(option: string, given: readonly string[]): string {
  expect(given).toContain(option);
  return given[given.indexOf(option) + 1] ?? "";
}

const keepsWhatItIsGiven = `#!/bin/sh
printf '%s\\n' "$@" > "$KEPT/arguments"
while [ $# -gt 0 ]; do
  case "$1" in
    --after-install) cp "$2" "$KEPT/after-install" ;;
    *.desktop=*) cp "\${1%%=*}" "$KEPT/entry" ;;
  esac
  shift
done
`;
