import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";

let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
});
afterAll(() => electron.close());

const refuse = () => Promise.reject(new Error("it is damaged"));
const vaultOf = async () => ({});
const env = { HOME: "/home/e", XDG_CONFIG_HOME: "/c" };

test("a profile named on the command line has its own user data, the list does not", async () => {
  const { findProfile } = await import("../../src/main/profile.ts");
  const gateway = "https://gateway.example";
  expect(
    findProfile(["countersign", "--profile", "/p/approver"], { ...env, COUNTERSIGN_GATEWAY: gateway }, "/none"),
  ).toMatchObject({ only: "/p/approver", userData: "/p/approver/desktop", managed: { gateway, profile: null } });
  expect(findProfile(["countersign"], env, "/none")).toMatchObject({
    only: null,
    userData: null,
    managed: { gateway: null, profile: null },
  });
});

test.each([
  ['{ "gateway": "https://managed.example" }', "https://managed.example"],
  ['{ "gateway": "not an address" }', "https://own.example"],
  ["not JSON", "https://own.example"],
  ["[]", "https://own.example"],
])("of the policy file %s and the environment takes %s", async (policy, gateway) => {
  const { findProfile } = await import("../../src/main/profile.ts");
  const file = join(electron.folder, "policy.json");
  await writeFile(file, policy);
  const found = findProfile(["countersign"], { ...env, COUNTERSIGN_GATEWAY: "https://own.example" }, file);
  expect(found.managed.gateway).toBe(gateway);
});

test("a profile that can't be opened is said in a dialog", async () => {
  const { openProfiles } = await import("../../src/main/profile.ts");
  await writeFile(join(electron.folder, "profile.json"), "{}");
  const place = {
    home: electron.folder,
    only: electron.folder,
    userData: null,
    managed: { gateway: null, profile: null },
  };
  expect(await openProfiles(refuse, place, { openBrowser: () => undefined, vaultOf })).toBe(null);
  expect(electron.desktop.dialogs.at(-1)?.message).toBe("Countersign cannot start");
});
