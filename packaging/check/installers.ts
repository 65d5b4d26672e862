import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

/** What every shipped executable is sealed to (electronjs.org/docs/latest/tutorial/fuses); a fuse that is not named keeps Electron's own default. */
export const sealedFuses = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  grantFileProtocolExtraPrivileges: false,
} as const;

/** What is wrong with electron-builder.yml and the entitlements of `root`, a line each. */
export async function installerFindings(root: string): Promise<readonly string[]> {
  const configuration: unknown = parse(await readFile(join(root, "electron-builder.yml"), "utf8"));
  const entitlements = await readFile(join(root, "assets/entitlements.mac.plist"), "utf8");
  return [...configurationFindings(configuration), ...entitlementFindings(entitlements)];
}

/** What is wrong with a configuration of electron-builder: a fuse missing or turned, an archive that is not sealed, a platform that goes its own way. */
export function configurationFindings(configuration: unknown): readonly string[] {
  const parsed = sections.safeParse(configuration);
  if (!parsed.success) return ["electron-builder.yml: not a mapping of sections"];
  const config = parsed.data;
  return [
    ...fuseFindings(config["electronFuses"]),
    ...unequal(config, "asar", true),
    ...unequal(config, "disableAsarIntegrity", false),
    ...present(config, "asarUnpack", "every file must lie in the archive whose hash is sealed"),
    ...present(config, "disableSanityCheckAsar", "the archive must be looked at"),
    ...platforms.flatMap((platform) => platformFindings(platform, config[platform])),
    ...hardenedFindings(config["mac"]),
  ];
}

/** What is wrong with the rights that the app asks macOS for: only compiling at run time, which V8 needs. */
export function entitlementFindings(plist: string): readonly string[] {
  const keys = [...plist.matchAll(/<key>([^<]*)<\/key>/g)].map((match) => match[1] ?? "");
  return keys
    .filter((key) => key !== "com.apple.security.cs.allow-jit")
    .map((key) => `entitlements.mac.plist: ${key} gives the process more than V8 needs`);
}

const sections = z.record(z.string(), z.unknown());
const platforms = ["mac", "win", "linux"] as const;

function fuseFindings(given: unknown): readonly string[] {
  const fuses = sections.safeParse(given);
  if (!fuses.success) return ["electron-builder.yml: electronFuses is missing"];
  const wrong = Object.entries(sealedFuses).filter(([fuse, state]) => fuses.data[fuse] !== state);
  const strangers = Object.keys(fuses.data).filter((fuse) => !(fuse in sealedFuses));
  return [
    ...wrong.map(([fuse, state]) => `electron-builder.yml: electronFuses.${fuse} must be ${state}`),
    ...strangers.map((fuse) => `electron-builder.yml: electronFuses.${fuse} is not known to this check`),
  ];
}

/** A platform's section may not undo what holds for all. */
function platformFindings(platform: string, section: unknown): readonly string[] {
  const parsed = sections.safeParse(section);
  if (!parsed.success) return [`electron-builder.yml: ${platform} is missing`];
  return ["electronFuses", "asar", "asarUnpack", "disableAsarIntegrity", "disableSanityCheckAsar"]
    .filter((key) => key in parsed.data)
    .map((key) => `electron-builder.yml: ${platform}.${key} may not differ from what holds for all`);
}

function hardenedFindings(mac: unknown): readonly string[] {
  const parsed = sections.safeParse(mac);
  return parsed.success && parsed.data["hardenedRuntime"] === true
    ? []
    : ["electron-builder.yml: mac.hardenedRuntime must be true"];
}

function unequal(config: Record<string, unknown>, key: string, wanted: boolean): readonly string[] {
  return config[key] === wanted ? [] : [`electron-builder.yml: ${key} must be ${wanted}`];
}

function present(config: Record<string, unknown>, key: string, why: string): readonly string[] {
  return key in config ? [`electron-builder.yml: ${key} may not be set: ${why}`] : [];
}
