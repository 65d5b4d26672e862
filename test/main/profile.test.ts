import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";

let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
});
afterAll(() => electron.close());

test("a profile named on the command line has its own user data, the default one does not", async () => {
  const { findProfile } = await import("../../src/main/profile.ts");
  const gateway = "https://gateway.example";
  expect(findProfile(["countersign", "--profile", "/p/approver"], { COUNTERSIGN_GATEWAY: gateway })).toEqual({
    directory: "/p/approver",
    userData: "/p/approver/desktop",
    gateway,
  });
  expect(findProfile(["countersign"], {})).toEqual({
    directory: join(electron.app.getPath("userData"), "profiles", "default"),
    userData: null,
    gateway: null,
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
  expect(findProfile(["countersign"], { COUNTERSIGN_GATEWAY: "https://own.example" }, file).gateway).toBe(gateway);
});

test("without a profile, a dialog says what to type, and nothing is opened", async () => {
  const { openProfile } = await import("../../src/main/profile.ts");
  const place = { directory: join(electron.folder, "none"), userData: null, gateway: "https://gateway.example" };
  expect(await openProfile(mustNotOpen, place, { openBrowser: () => undefined })).toBe(null);
  expect(electron.desktop.dialogs.at(-1)?.detail).toContain("countersign sign-in --gateway https://gateway.example");
});

function mustNotOpen(): never {
  throw new Error("must not be opened");
}
