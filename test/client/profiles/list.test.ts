import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeProfile } from "../../../src/client/profile.ts";
import { activeProfile, profileNamed } from "../../../src/client/profiles/active.ts";
import { isProfileId, profileFolder, profilesHome } from "../../../src/client/profiles/home.ts";
import { addProfile, dropProfile, listProfiles, renameProfile, useProfile } from "../../../src/client/profiles/list.ts";
import type { Profile } from "../../../src/shared/provider.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "countersign-home-"));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

function gatewayAt(gateway: string, audience = gateway): Profile {
  const provider = { kind: "oidc", issuer: "https://login.example", clientId: "desktop", scope: "openid" } as const;
  return { v: 1, gateway, audience, ledgerKey: "x+1+y", provider };
}

const named = async () => (await listProfiles(home)).map(({ id, name, isActive }) => [id, name, isActive]);

describe("profiles", () => {
  it("stand side by side, the last one added active, each in a folder of its own", async () => {
    expect(await listProfiles(home)).toEqual([]);
    expect(activeProfile(home)).toBe("default");
    await addProfile(home, gatewayAt("https://one.example"), null);
    await addProfile(home, gatewayAt("https://two.example:8443"), "Two");
    expect(await named()).toEqual([
      ["one.example", "one.example", false],
      ["two.example-8443", "Two", true],
    ]);
    expect(activeProfile(home)).toBe("two.example-8443");
  });

  it("hold two accounts at one gateway", async () => {
    await addProfile(home, gatewayAt("https://one.example"), null);
    await addProfile(home, gatewayAt("https://one.example"), null);
    expect(await named()).toEqual([
      ["one.example", "one.example", false],
      ["one.example-2", "one.example 2", true],
    ]);
  });

  it("are used and renamed by id or name, and their folders stay", async () => {
    const one = await addProfile(home, gatewayAt("https://one.example"), null);
    await addProfile(home, gatewayAt("https://two.example"), null);
    await renameProfile(home, "one.example", "At work");
    expect(await useProfile(home, "At work")).toMatchObject({
      id: "one.example",
      directory: one.directory,
      isActive: true,
    });
    expect(profileNamed(home, "At work")).toBe(one.directory);
    expect(profileNamed(home, "one.example")).toBe(one.directory);
    expect(profileNamed(home, "../one.example")).toBeNull();
    await expect(useProfile(home, "three")).rejects.toMatchObject({ code: "not_found" });
  });

  it.each(["", "  ", "two.example", "a\u202Eb", "x".repeat(61)])("are not renamed to %j", async (name) => {
    await addProfile(home, gatewayAt("https://one.example"), null);
    await addProfile(home, gatewayAt("https://two.example"), null);
    await expect(renameProfile(home, "one.example", name)).rejects.toMatchObject({ code: "bad_request" });
  });

  it("go with their folder, and the next one becomes active", async () => {
    await addProfile(home, gatewayAt("https://one.example"), null);
    const two = await addProfile(home, gatewayAt("https://two.example"), null);
    await dropProfile(home, two.id);
    expect(await named()).toEqual([["one.example", "one.example", true]]);
    await expect(stat(two.directory)).rejects.toThrow(/ENOENT/);
    await dropProfile(home, "one.example");
    expect(activeProfile(home)).toBe("default");
  });

  it("are listed where one is damaged, and where one was made by a terminal's sign-in", async () => {
    await writeProfile(profileFolder(home, "default"), gatewayAt("https://one.example"));
    await mkdir(profileFolder(home, "broken"));
    await writeFile(join(profileFolder(home, "broken"), "profile.json"), "{", { mode: 0o600 });
    expect(await listProfiles(home)).toMatchObject([
      { id: "broken", profile: null, fault: expect.stringContaining("is not JSON"), isActive: false },
      { id: "default", name: "one.example", isActive: true },
    ]);
  });

  it("are none where the list of names is damaged, and nothing is lost", async () => {
    await addProfile(home, gatewayAt("https://one.example"), "One");
    await writeFile(join(home, "profiles.json"), '{"v":1,"active":"../../x","names":5}', { mode: 0o600 });
    expect(activeProfile(home)).toBe("default");
    expect(profileNamed(home, "One")).toBeNull();
    await expect(listProfiles(home)).rejects.toMatchObject({ code: "configuration" });
  });
});

it.each(["..", ".", "a/b", "A", "a..b", "-a", "", "a b", "ä", "a\0"])("no folder is called %j", (text) => {
  expect(isProfileId(text)).toBe(false);
});

it.each([
  ["linux", { HOME: "/home/e" }, "/home/e/.config/countersign"],
  ["linux", { HOME: "/home/e", XDG_CONFIG_HOME: "/x" }, "/x/countersign"],
  ["darwin", { HOME: "/Users/e" }, "/Users/e/Library/Application Support/Countersign"],
  ["win32", { APPDATA: "/r" }, "/r/Countersign"],
] as const)("lie where %s has such things", (platform, env, home) => {
  expect(profilesHome(env, platform)).toBe(home);
});
