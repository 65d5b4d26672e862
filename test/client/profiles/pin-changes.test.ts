import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readProfile, writeProfile } from "../../../src/client/profile.ts";
import { holderOfAudience, pinChanges } from "../../../src/client/profiles/pin-changes.ts";
import type { Profile } from "../../../src/shared/provider.ts";

const entra: Profile = {
  v: 1,
  gateway: "https://gateway.example",
  audience: "api-1",
  ledgerKey: "gateway.example+1+key",
  provider: {
    kind: "entra",
    authority: "https://login.microsoftonline.com/tenant-1",
    clientId: "app-1",
    scope: "openid api://api-1/access",
  },
};
const oidc: Profile = {
  ...entra,
  provider: { kind: "oidc", issuer: "https://login.example", clientId: "app-1", scope: "openid", resource: "api-1" },
};
const okta: Profile = {
  ...entra,
  provider: {
    kind: "okta",
    issuer: "https://acme.okta.example",
    clientId: "app-1",
    scope: "openid",
    redirectPorts: [1],
  },
};

function changed(pinned: Profile, provider: object, rest: Partial<Profile> = {}): Profile {
  return { ...pinned, ...rest, provider: { ...pinned.provider, ...provider } };
}

describe("what a pin holds", () => {
  it.each([
    ["another origin", changed(entra, {}, { gateway: "https://gateway.example:8443" }), ["gateway"]],
    ["another audience", changed(entra, {}, { audience: "api-2" }), ["audience"]],
    ["another ledger key", changed(entra, {}, { ledgerKey: "gateway.example+2+key" }), ["ledger key"]],
    ["another client id", changed(entra, { clientId: "app-2" }), ["client"]],
    [
      "another tenant",
      changed(entra, { authority: "https://login.microsoftonline.com/tenant-2" }),
      ["provider", "tenant"],
    ],
    ["another kind of provider", { ...entra, provider: oidc.provider }, ["provider", "tenant", "resource"]],
  ])("is not changed by %s", async (_what, offered, what) => {
    await refused(entra, offered, what);
  });

  it.each([
    ["another issuer", oidc, changed(oidc, { issuer: "https://login.example.evil" }), ["provider"]],
    ["another resource", oidc, changed(oidc, { resource: "api-2" }), ["resource"]],
    ["a resource that is gone", oidc, changed(oidc, { resource: undefined }), ["resource"]],
    ["another Okta server", okta, changed(okta, { issuer: "https://acme.okta.example/oauth2/x" }), ["provider"]],
  ])("is not changed by %s", async (_what, pinned, offered, what) => {
    await refused(pinned, offered, what);
  });

  it.each([
    ["the same in another order", { ...entra }],
    ["a trailing slash", { ...entra, gateway: "https://gateway.example/" }],
    ["another scope", changed(entra, { scope: "openid api://api-1/other" })],
  ])("is kept by %s", (_what, offered) => {
    expect(pinChanges(entra, offered)).toEqual([]);
  });

  it("is kept by other ports at Okta", () => {
    expect(pinChanges(okta, changed(okta, { redirectPorts: [2, 3] }))).toEqual([]);
  });
});

describe("an audience", () => {
  it.each([
    ["the same gateway", entra, null],
    ["another gateway with an audience of its own", changed(entra, {}, { gateway: "https://b", audience: "b" }), null],
    ["the same name at another provider", { ...oidc, gateway: "https://b.example" }, null],
    ["another gateway with the same", changed(entra, {}, { gateway: "https://b.example" }), entra],
    [
      "the same by another of Entra's addresses",
      changed(entra, { authority: "https://login.windows.net/t" }, { gateway: "https://b.example" }),
      entra,
    ],
  ])("belongs to one origin: %s", (_what, proposal, holder) => {
    expect(holderOfAudience(proposal, [entra])).toBe(holder);
  });
});

async function refused(pinned: Profile, offered: Profile, what: readonly string[]): Promise<void> {
  expect(pinChanges(pinned, offered).map((change) => change.what)).toEqual(what);
  const directory = await mkdtemp(join(tmpdir(), "countersign-pin-"));
  await writeProfile(directory, pinned);
  await expect(writeProfile(directory, offered)).rejects.toMatchObject({ code: "pin_changed" });
  expect(await readProfile(directory)).toEqual(pinned);
  await rm(directory, { recursive: true });
}
