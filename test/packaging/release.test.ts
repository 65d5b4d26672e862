import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const step = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const workflow = z.looseObject({
  on: z.unknown(),
  permissions: z.unknown(),
  jobs: z.record(
    z.string(),
    z.looseObject({
      environment: z.string().optional(),
      permissions: z.record(z.string(), z.string()),
      steps: z.array(step),
    }),
  ),
});
const configuration = z.looseObject({
  mac: z.looseObject({ target: z.array(z.string()), notarize: z.boolean() }),
  win: z.looseObject({ target: z.array(z.string()) }),
  linux: z.looseObject({ target: z.array(z.string()) }),
  protocols: z.array(z.looseObject({ schemes: z.array(z.string()) })),
  msi: z.looseObject({ upgradeCode: z.string() }),
  publish: z.null(),
});

const readYaml = async (path: string): Promise<unknown> => parse(await readFile(root(path), "utf8"));
const release = workflow.parse(await readYaml(".github/workflows/release.yml"));
const installers = configuration.parse(await readYaml("electron-builder.yml"));
const steps = Object.values(release.jobs).flatMap((job) => job.steps);

test("pins every action by its commit", () => {
  const uses = steps.flatMap((each) => each.uses ?? []);
  expect(uses.length).toBeGreaterThan(5);
  expect(uses.filter((action) => !/^actions\/[a-z-]+@[0-9a-f]{40}$/.test(action))).toEqual([]);
});

test("gives no job more than it needs, and starts by a version tag alone", () => {
  expect(release.on).toEqual({ push: { tags: ["v*"] } });
  expect(release.permissions).toEqual({});
  expect(Object.fromEntries(Object.entries(release.jobs).map(([name, job]) => [name, job.permissions]))).toEqual({
    test: { contents: "read" },
    installers: { contents: "read", "id-token": "write", attestations: "write" },
    publish: { contents: "write" },
  });
});

test("lends secrets only in the environment that a person guards, and never as text of a script", () => {
  for (const [name, job] of Object.entries(release.jobs)) {
    if (job.environment !== "release") expect(JSON.stringify(job), name).not.toContain("secrets.");
    for (const each of job.steps) expect(each.run ?? "", name).not.toMatch(/\$\{\{\s*(?:secrets|github)\./);
  }
});

test("a release for macOS or Windows is signed or it is none, and every executable is looked at", () => {
  const runs = release.jobs["installers"]?.steps.flatMap((each) => (each.run === undefined ? [] : [each])) ?? [];
  const builds = runs.filter((each) => each.run?.startsWith("npm run package") === true);
  expect(builds).toHaveLength(3);
  for (const variable of ["CSC_LINK", "WIN_CSC_LINK"]) {
    const signed = builds.find((each) => variable in (each.env ?? {}));
    expect(signed?.run, variable).toContain("-c.forceCodeSigning=true");
  }
  expect(runs.map((each) => each.run).join("\n")).toContain("node packaging/verify-seal.ts");
});

test("installers are made for all three systems in the forms that IT hands out, and nothing updates itself", () => {
  expect(installers.mac).toMatchObject({ target: ["dmg", "pkg"], notarize: true });
  expect(installers.win.target).toEqual(["nsis", "msi"]);
  expect(installers.linux.target).toEqual(["deb", "rpm", "AppImage"]);
  expect(installers.protocols.flatMap(({ schemes }) => schemes)).toEqual(["countersign"]);
  expect(installers.msi.upgradeCode).toMatch(/^\{?[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}?$/);
});

test("electron and electron-builder stay development dependencies, of exact versions", async () => {
  const shape = z.looseObject({
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
  });
  const manifest = shape.parse(JSON.parse(await readFile(root("package.json"), "utf8")));
  for (const name of ["electron", "electron-builder"]) {
    expect(manifest.dependencies).not.toHaveProperty(name);
    expect(manifest.devDependencies[name]).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

test("what never ran on its system is marked so", async () => {
  const text = await readFile(root("docs/distribution.md"), "utf8");
  const rows = text.split("\n").filter((line) => line.startsWith("| `Countersign-VERSION"));
  expect(rows).toHaveLength(6);
  expect(rows.filter((row) => !row.endsWith("| configured, not verified |"))).toEqual([]);
  const parts = text.split(/^## /m).filter((part) => /^(Windows|macOS|Linux):/.test(part));
  expect(parts).toHaveLength(3);
  for (const part of parts) expect(part).toContain("\n\nConfigured, not verified.\n");
});
