import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addProfile, listProfiles } from "../../../src/client/profiles/list.ts";
import { managedPolicy, placeManaged, refuseManaged } from "../../../src/client/profiles/managed.ts";
import type { Profile } from "../../../src/shared/provider.ts";

let folder: string;
const said: string[] = [];
beforeEach(async () => {
  said.length = 0;
  folder = await mkdtemp(join(tmpdir(), "countersign-managed-"));
});
afterEach(() => rm(folder, { recursive: true }));

const provider = { kind: "oidc", issuer: "https://login.example", clientId: "desktop", scope: "openid" } as const;
const profile = { audience: "api", ledgerKey: "x+1+y", provider };
const gateway = "https://gateway.example";
const whole: Profile = { v: 1, gateway, ...profile };

async function policy(text: object | string) {
  const file = join(folder, "policy.json");
  await writeFile(file, typeof text === "string" ? text : JSON.stringify(text));
  return managedPolicy(file, (why) => void said.push(why));
}

describe("a policy of whoever manages the machine", () => {
  it("names a gateway, or brings its whole profile", async () => {
    expect(await policy({ gateway })).toEqual({ gateway, profile: null });
    expect(await policy({ gateway, profile })).toEqual({ gateway, profile: whole });
    expect(managedPolicy(join(folder, "none"), () => said.push("never"))).toEqual({ gateway: null, profile: null });
    expect(said).toEqual([]);
  });

  it.each(["{", "[]", "{}", '{"gateway":"x"}', '{"gateway":"https://g.example","profile":{"audience":"a"}}'])(
    "counts as none, and is told of, where it says %s",
    async (text) => {
      expect(await policy(text)).toEqual({ gateway: null, profile: null });
      expect(said).toHaveLength(1);
    },
  );

  it("puts its profile into the list, in use where no other is, for nobody to rename or remove", async () => {
    const brought = await policy({ gateway, profile });
    await placeManaged(folder, brought);
    await placeManaged(folder, brought);
    expect(await listProfiles(folder)).toMatchObject([{ id: "managed", isActive: true, profile: whole }]);
    expect(() => refuseManaged("managed", brought)).toThrow(expect.objectContaining({ code: "not_allowed" }));
    expect(() => refuseManaged("other", brought)).not.toThrow();
    const own = await addProfile(folder, { ...whole, gateway: "https://own.example", audience: "own" }, null);
    await placeManaged(folder, brought);
    expect((await listProfiles(folder)).find(({ isActive }) => isActive)?.id).toBe(own.id);
  });

  it("changes no pin that it placed before", async () => {
    await placeManaged(folder, await policy({ gateway, profile }));
    const file = join(folder, "profiles", "managed", "profile.json");
    const before = await readFile(file, "utf8");
    const other = await policy({ gateway, profile: { ...profile, audience: "another" } });
    await expect(placeManaged(folder, other)).rejects.toMatchObject({ code: "pin_changed" });
    expect(await readFile(file, "utf8")).toBe(before);
  });

  it("keeps its audience from any other gateway", async () => {
    await placeManaged(folder, await policy({ gateway, profile }));
    const rogue = addProfile(folder, { ...whole, gateway: "https://rogue.example" }, null);
    await expect(rogue).rejects.toMatchObject({ code: "audience_taken" });
  });
});
