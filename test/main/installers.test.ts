import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const configuration = z.record(z.string(), z.unknown());

async function readConfiguration(): Promise<Record<string, unknown>> {
  return configuration.parse(parse(await readFile(root("electron-builder.yml"), "utf8")));
}

const ownCheck = "app-builder-lib/out/util/config/config.js";

const builder = createRequire(createRequire(import.meta.url).resolve("electron-builder"));
const targets = z.looseObject({ target: z.array(z.string()) });
const property = z.looseObject({ description: z.string().optional() });
const scheme = z.looseObject({
  definitions: z.record(z.string(), z.looseObject({ properties: z.record(z.string(), property).default({}) })),
});

/** electron-builder's own check, from the library inside it. */
async function validate(config: unknown): Promise<void> {
  const { validateConfiguration } = builder(ownCheck) as {
    readonly validateConfiguration: (config: unknown, log: { isEnabled: boolean }) => Promise<void>;
  };
  await validateConfiguration(config, { isEnabled: false });
}

test("electron-builder accepts the configuration", async () => {
  await expect(validate(await readConfiguration())).resolves.toBeUndefined();
});

test("electron-builder refuses a fuse it does not know, so that a misspelt one is noticed", async () => {
  const config = await readConfiguration();
  await expect(validate({ ...config, electronFuses: { runAsNodes: false } })).rejects.toThrow(
    /configuration.electronFuses/,
  );
});

const strange = (value: unknown): unknown => ({ ...configuration.parse(value), stranger: 1 });
test.each(["directories", "electronFuses", "linux", "mac", "msi", "nsis", "pkg", "protocols", "win"])(
  "electron-builder refuses a key that it does not know in %s, so that a misspelt one is noticed",
  async (section) => {
    const config = await readConfiguration();
    const given = config[section];
    const changed = Array.isArray(given) ? given.map(strange) : strange(given);
    await expect(validate({ ...config, [section]: changed })).rejects.toThrow(new RegExp(`configuration.${section}`));
  },
);

test.each([
  ["linux", "LinuxConfiguration"],
  ["mac", "MacConfiguration"],
  ["win", "WindowsConfiguration"],
])("every target of %s is one that this electron-builder can make", async (platform, name) => {
  const section = targets.parse((await readConfiguration())[platform]);
  // Its schema takes any text for Linux and Windows: the targets are listed in its own description of the key.
  const { definitions } = scheme.parse(builder("app-builder-lib/scheme.json"));
  const known = definitions[name]?.properties["target"]?.description ?? "";
  for (const target of section.target) expect(known, target).toContain(`\`${target}\``);
  expect(section.target.length).toBeGreaterThan(1);
});

test("the shipped executable cannot be turned into a Node or a debugger", async () => {
  expect(await readConfiguration()).toMatchObject({
    asar: true,
    disableAsarIntegrity: false,
    electronFuses: {
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    },
  });
});

test("every icon the installers name is there", () => {
  for (const file of ["icon.ico", "icon.icns", "icons/512x512.png", "entitlements.mac.plist"]) {
    expect(existsSync(root(`assets/${file}`)), file).toBe(true);
  }
});

test("icon.ico points at PNG images of the sizes it states", async () => {
  const file = await readFile(root("assets/icon.ico"));
  const sizes = Array.from({ length: file.readUInt16LE(4) }, (_, index) => {
    const at = file.readUInt32LE(6 + 16 * index + 12);
    // 256 does not fit into a byte and is written as 0.
    expect(pngSize(file.subarray(at)) % 256).toBe(file[6 + 16 * index]);
    return pngSize(file.subarray(at));
  });
  expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 256]);
});

test("icon.icns is made of whole parts, each a PNG of the size of its type", async () => {
  const file = await readFile(root("assets/icon.icns"));
  expect([file.toString("latin1", 0, 4), file.readUInt32BE(4)]).toEqual(["icns", file.length]);
  const parts: Record<string, number> = {};
  for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) {
    parts[file.toString("latin1", at, at + 4)] = pngSize(file.subarray(at + 8));
  }
  expect(parts).toMatchObject({ icp4: 16, ic11: 32, ic12: 64, ic07: 128, ic08: 256, ic09: 512, ic10: 1024 });
});

/** The width of a PNG, from its IHDR. */
function pngSize(png: Buffer): number {
  expect(png.toString("latin1", 1, 4)).toBe("PNG");
  return png.readUInt32BE(16);
}
