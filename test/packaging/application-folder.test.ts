import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { readBuiltMain } from "../../packaging/check/electron-use.ts";
import {
  electronFromNowhere,
  extract,
  makeDist,
  packageFolder,
  runNode,
  runOffline,
  type Archive,
} from "./workbench.ts";

// `npm run package:dir` on Electron distributions that are made here: the layout of Electron's own, with nothing that runs.
// What it takes from the project is what is built: `npm test` builds first.

const root = fileURLToPath(new URL("../../", import.meta.url));
const require = createRequire(import.meta.url);
/** Electron's wire: eight fuses as it ships them, and one that this project leaves alone. */
const wire = `dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX${String.fromCodePoint(1, 9)}101100011`;

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "countersign-packaging-"));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe("from a distribution without an Electron executable", () => {
  let run: Awaited<ReturnType<typeof packageFolder>>;
  let folder: string;
  let archive: Archive;
  beforeAll(async () => {
    run = await packageFolder(scratch, await makeDist(scratch, "synthetic", "not an executable"), "out");
    folder = join(scratch, "out/linux-unpacked");
    archive = await extract(join(folder, "resources/app.asar"), join(scratch, "extracted"));
  }, 120_000);

  test("builds the application folder and says that the fuse step was skipped", () => {
    expect(run).toMatchObject({ status: 0, network: "" });
    expect(run.output).toMatch(/^fuses: skipped, as .*synthetic holds no Electron executable.* do not ship it\.$/m);
    expect(run.output).toContain(`application folder: ${folder}\n`);
  });

  test("lays it out as Electron wants: executable, resources, licences, one language, no loose code", async () => {
    expect((await readdir(folder)).sort()).toEqual([
      "LICENSE.electron.txt",
      "LICENSES.chromium.html",
      "countersign-desktop",
      "icudtl.dat",
      "locales",
      "resources",
      "version",
    ]);
    expect(await readdir(join(folder, "resources"))).toEqual(["app.asar"]);
    expect(await readdir(join(folder, "locales"))).toEqual(["en-US.pak"]);
    expect((await stat(join(folder, "countersign-desktop"))).mode & 0o111).not.toBe(0);
  });

  test("puts into the archive what runs, and nothing of how it was made", () => {
    const ours = archive.files.filter((file) => !file.startsWith("node_modules/"));
    const allowed =
      /^(package\.json|dist\/(main|client|shared)\/.+\.js|dist\/preload\/index\.cjs|dist\/renderer\/.+|assets\/(tray\/.+|icons\/128x128)\.png)$/;
    expect(ours.filter((file) => !allowed.test(file))).toEqual([]);
    for (const file of [
      "dist/main/index.js",
      "dist/preload/index.cjs",
      "dist/renderer/index.html",
      "assets/tray/on-dark/connected-16.png",
    ])
      expect(ours).toContain(file);
    expect(
      archive.files.filter((file) => /\.(map|ts|tsx|mts|cts|log)$|(^|\/)\.env|\.(spec|test)\.js$/.test(file)),
    ).toEqual([]);
  });

  test("ships no source map, and no text of a source in one", async () => {
    const scripts = archive.files.filter((file) => /^dist\/.*\.c?js$/.test(file));
    const texts = await Promise.all(scripts.map((file) => readFile(join(archive.folder, file), "utf8")));
    expect(texts.filter((script) => /sourceMappingURL=data:|sourcesContent/.test(script))).toEqual([]);
  });

  test("ships none of the packages that only develop, or that only other parts need", () => {
    const packages = new Set(
      archive.files.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []),
    );
    for (const name of [
      "electron",
      "electron-builder",
      "vite",
      "react",
      "react-dom",
      "re2js",
      "@opentelemetry/api",
      "@modelcontextprotocol/client",
    ])
      expect(packages, name).not.toContain(name);
  });

  test("keeps the licence of every package it ships", () => {
    const folders = new Set(archive.files.flatMap((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []));
    const lost = [...folders].flatMap((name) =>
      licencesIn(name).filter((file) => !archive.files.includes(`${name}/${file}`)),
    );
    expect(lost).toEqual([]);
  });

  test("keeps of package.json the entry and the version, and no scripts", async () => {
    const manifest = z.looseObject({}).parse(JSON.parse(await readFile(join(archive.folder, "package.json"), "utf8")));
    expect(manifest).toMatchObject({ name: "countersign", main: "dist/main/index.js", type: "module" });
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(["scripts"]));
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(["devDependencies"]));
  });

  test("holds everything that the app imports, with none of the repository around it", async () => {
    // The second is imported when a client is first set up.
    const entries = [
      "main/tray-app.js",
      "client/setup/setup.js",
      ...["oidc", "entra", "okta"].map((kind) => `client/sign-in/${kind}.js`),
    ];
    const urls = entries.map((file) => pathToFileURL(join(archive.folder, "dist", file)).href);
    const { imported } = await readBuiltMain(root);
    const probe = join(scratch, "probe.mjs");
    await writeFile(
      probe,
      `${electronFromNowhere(imported)}\nfor (const url of ${JSON.stringify(urls)}) await import(url);\nconsole.log("imported");`,
    );
    expect(await runNode([probe])).toMatchObject({ status: 0, output: "imported\n" });
  });

  test("stays small: the archive below 15 MB, the page's scripts counted elsewhere", async () => {
    expect((await stat(join(folder, "resources/app.asar"))).size).toBeLessThan(15_000_000);
  });
});

test("would have noticed a way to the network", async () => {
  const fetches = "await fetch('http://127.0.0.1:8443/').catch(() => undefined)";
  const below = `(await import("node:child_process")).spawnSync(process.execPath, ["--input-type=module", "-e", ${JSON.stringify(fetches)}])`;
  const { network } = await runOffline(scratch, ["--input-type=module", "-e", below]);
  expect(network).toMatch(/^(?:connect|look-up) .*127\.0\.0\.1/);
});

test("sets every fuse of an executable that has them, and looks whether they hold", async () => {
  const run = await packageFolder(scratch, await makeDist(scratch, "with-fuses", `\0before ${wire} after\0`), "fused");
  expect(run).toMatchObject({ status: 0, network: "" });
  expect(run.output).toMatch(/^fuses: every one is as sealed$/m);
  const executable = join(scratch, "fused/linux-unpacked/countersign-desktop");
  expect((await readFile(executable, "latin1")).slice(-24)).toContain("010011001 after");
  const verified = await runNode([join(root, "packaging/verify-seal.ts"), executable]);
  expect(verified).toMatchObject({ status: 0, output: `${executable}: every fuse is as sealed\n` });
}, 120_000);

test("says which fuse of an executable is not as sealed", async () => {
  const dist = await makeDist(scratch, "unsealed", `\0before ${wire} after\0`);
  const { status, errors } = await runNode([join(root, "packaging/verify-seal.ts"), join(dist, "electron")]);
  expect(status).toBe(1);
  expect(errors).toContain("electron: runAsNode is true, not false");
  expect(errors).toContain("electron: onlyLoadAppFromAsar is false, not true");
});

test.each([
  ["no distribution", async () => [], /Name an unpacked Electron/, 2],
  [
    "a folder that is none",
    async () => ["--electron-dist", scratch],
    /is no unpacked Electron: it has no electron\./,
    1,
  ],
  [
    "another version",
    async () => ["--electron-dist", await makeDist(scratch, "old", "x", "12.0.0")],
    /is Electron 12\.0\.0; this project is built for/,
    1,
  ],
])("refuses %s before anything is built", async (_what, given, why, status) => {
  const run = await runNode([
    join(root, "packaging/application-folder.ts"),
    ...(await given()),
    "--output",
    join(scratch, "refused"),
  ]);
  expect(run).toMatchObject({ status, errors: expect.stringMatching(why) });
  expect(existsSync(join(scratch, "refused"))).toBe(false);
});

function licencesIn(name: string): readonly string[] {
  const manifest = z.looseObject({}).parse(require(join(root, name, "package.json")));
  expect(manifest["license"] ?? manifest["licenses"], name).toBeDefined();
  return ["LICENSE", "LICENSE.md", "LICENSE.txt", "license", "license.md", "LICENCE", "license.txt"].filter((file) =>
    existsSync(join(root, name, file)),
  );
}
