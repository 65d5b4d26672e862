import { describe, expect, it } from "vitest";
import type { Proposal } from "../../../src/client/profile.ts";
import { createPinGuard } from "../../../src/client/profiles/pin-guard.ts";
import type { Profile } from "../../../src/shared/provider.ts";

const provider = { kind: "oidc", issuer: "https://login.example", clientId: "desktop", scope: "openid" } as const;
const profile: Profile = { v: 1, gateway: "https://gateway.example", audience: "api", ledgerKey: "x+1+y", provider };
const discovery = { v: 1, gateway: profile.gateway, ledgerKey: profile.ledgerKey, signIn: [], nowMs: 0 } as const;

const away = () => Promise.reject(new Error("away"));
const offeringNothing = async (): Promise<Proposal> => ({ discovery: { ...discovery, signIn: [] }, profiles: [] });

function guardOver(
  aud: unknown,
  changed: { readonly anyAudience?: boolean; readonly ask?: () => Promise<Proposal> } = {},
) {
  const body = Buffer.from(JSON.stringify({ aud })).toString("base64url");
  const accessToken = aud === undefined ? "opaque" : `e30.${body}.sig`;
  const tokens = { accessToken, expiresAtMs: 0, account: { subject: "s", name: "S" } };
  const same = async (): Promise<Proposal> => ({ discovery: { ...discovery, signIn: [] }, profiles: [profile] });
  const { anyAudience = false, ask = same } = changed;
  const guard = createPinGuard({ profile, ca: undefined, now: () => 0, anyAudience, onChanged: () => undefined, ask });
  return guard.over(async () => tokens);
}

describe("a token", () => {
  it.each([["api"], [["other", "api"]], [undefined]])(
    "leaves for the gateway whose audience it names: %j",
    async (aud) => {
      expect(await guardOver(aud)()).toHaveProperty("accessToken");
    },
  );

  it.each([["other"], ["API"], [["other"]], [[]], [null], [{ api: 1 }], [["ap", "i"]]])(
    "stays where it was made for %j",
    async (aud) => {
      await expect(guardOver(aud)()).rejects.toMatchObject({ code: "wrong_audience" });
    },
  );

  it("that somebody gave for this gateway leaves, whatever it names", async () => {
    expect(await guardOver("cluster", { anyAudience: true })()).toHaveProperty("accessToken");
  });

  it("leaves where the gateway can't be asked: there is nothing new to be known of it", async () => {
    expect(await guardOver("api", { ask: away })()).toHaveProperty("accessToken");
  });

  it("stays where the gateway offers no way to sign in any more", async () => {
    await expect(guardOver("api", { ask: offeringNothing })()).rejects.toMatchObject({ code: "pin_changed" });
  });
});
