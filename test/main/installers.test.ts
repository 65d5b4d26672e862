import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { icns, ico } from "../../assets/containers.ts";

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const configuration = z.record(z.string(), z.unknown());

async function readConfiguration(): Promise<Record<string, unknown>> {
  return configuration.parse(parse(await readFile(root("electron-builder.yml"), "utf8")));
}

/** electron-builder's own check; its package does not export it. */
async function validate(config: unknown): Promise<void> {
  const require = createRequire(createRequire(import.meta.url).resolve("electron-builder"));
  const { validateConfiguration } = require("app-builder-lib/out/util/config/config.js") as {
    validateConfiguration(config: unknown, log: { isEnabled: boolean }): Promise<void>;
  };
  await validateConfiguration(config, { isEnabled: false });
}

test("electron-builder accepts the configuration", async () => {
  await expect(validate(await readConfiguration())).resolves.toBeUndefined();
});

test("electron-builder refuses a fuse it does not know, so that a misspelt one is noticed", async () => {
  const config = await readConfiguration();
  await expect(validate({ ...config, electronFuses: { runAsNodes: false } })).rejects.toThrow(/configuration.electronFuses/);
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

test("an .ico says 256 as 0 and points at each of its images", () => {
  const images = [
    { size: 16, png: Buffer.from("sixteen") },
    { size: 256, png: Buffer.from("large") },
  ];
  const file = ico(images);
  expect([file.readUInt16LE(2), file.readUInt16LE(4), file[6], file[22]]).toEqual([1, 2, 16, 0]);
  for (const [index, { png }] of images.entries()) {
    const at = file.readUInt32LE(6 + 16 * index + 12);
    expect(file.subarray(at, at + file.readUInt32LE(6 + 16 * index + 8))).toEqual(png);
  }
});

test("an .icns states its own length and that of each part", () => {
  const file = icns([{ size: 128, png: Buffer.from("png") }]);
  expect(file.readUInt32BE(4)).toBe(file.length);
  expect(file.subarray(8, 12).toString("latin1")).toBe("ic07");
  expect(file.readUInt32BE(12)).toBe(8 + 3);
});
