import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, openWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

describe("a person of each issuer", () => {
  it.each(["oidc", "entra", "okta"] as const)("signed in through %s is known with name and groups", async (kind) => {
    const { status, body } = await call(world.url, await world.token("approver", kind), "/v1/me");
    expect(status).toBe(200);
    const name = { oidc: "staff", entra: "entra", okta: "okta" }[kind];
    expect(body).toMatchObject({
      principal: { id: `${name}:${world.idp[kind].principalKey("approver")}`, name: "Avery Approver", kind: "user" },
      roles: ["auditor"],
    });
  });

  it.each(["oidc", "entra", "okta"] as const)(
    "is refused with %s's token once it claims another issuer",
    async (kind) => {
      const others = { oidc: "entra", entra: "okta", okta: "oidc" } as const;
      const [header = "", payload = "", signature = ""] = (await world.token("engineer", kind)).split(".");
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
      const forged = Buffer.from(JSON.stringify({ ...claims, iss: world.idp[others[kind]].issuer })).toString(
        "base64url",
      );
      const { status } = await call(world.url, `${header}.${forged}.${signature}`, "/v1/me");
      expect(status).toBe(401);
    },
  );
});
