import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { configurationFindings, entitlementFindings, sealedFuses } from "../../../packaging/check/installers.ts";

const shippedConfiguration = async (): Promise<Record<string, unknown>> =>
  parse(await readFile(fileURLToPath(new URL("../../../electron-builder.yml", import.meta.url)), "utf8")) as Record<
    string,
    unknown
  >;

test.each(Object.entries(sealedFuses))("fails where the fuse %s is missing or not %s", async (fuse, state) => {
  const shipped = await shippedConfiguration();
  const { [fuse as keyof typeof sealedFuses]: _, ...without } = sealedFuses;
  const finding = `electron-builder.yml: electronFuses.${fuse} must be ${state}`;
  expect(configurationFindings({ ...shipped, electronFuses: without })).toEqual([finding]);
  expect(configurationFindings({ ...shipped, electronFuses: { ...sealedFuses, [fuse]: !state } })).toEqual([finding]);
});

test.each([
  [{ electronFuses: undefined }, /electronFuses is missing/],
  [{ electronFuses: { ...sealedFuses, somethingNew: true } }, /somethingNew is not known/],
  [{ asar: false }, /asar must be true/],
  [{ asar: { smartUnpack: true } }, /asar must be true/],
  [{ asarUnpack: ["**/*"] }, /asarUnpack may not be set/],
  [{ disableAsarIntegrity: true }, /disableAsarIntegrity must be false/],
  [{ linux: { asar: false } }, /linux.asar may not differ/],
  [{ win: undefined }, /win is missing/],
  [{ mac: { hardenedRuntime: false } }, /mac.hardenedRuntime must be true/],
])("fails for the configuration %j", async (changed, finding) => {
  expect(configurationFindings({ ...(await shippedConfiguration()), ...changed }).join("\n")).toMatch(finding);
});

test("fails for a right that lets foreign libraries into the process", () => {
  const plist = "<dict><key>com.apple.security.cs.disable-library-validation</key><true/></dict>";
  expect(entitlementFindings(plist)).toHaveLength(1);
});
