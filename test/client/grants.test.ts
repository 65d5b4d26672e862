import { describe, expect, it } from "vitest";
import { grantBeside } from "../../src/client/grants.ts";
import { createHeldApprovals } from "../../src/client/held-approvals.ts";
import type { DecisionPayload } from "../../src/shared/approval.ts";
import { grantPayload, type GrantWish } from "../../src/shared/grant.ts";
import { approvalWith } from "../main/fake-client.ts";

const offer = {
  longestMs: 3_600_000,
  mostUses: 5,
  constraints: ["equal" as const, "prefix" as const, "any" as const],
  arguments: [
    { name: "path", digest: "p".repeat(43), plain: true },
    { name: "mode", digest: "m".repeat(43), plain: false },
  ],
};
const approval = approvalWith({ grants: offer });
const decision: DecisionPayload = {
  v: 1,
  gateway: "https://gateway.example",
  approval: approval.id,
  principal: approval.requester.id,
  connection: approval.connection,
  tool: approval.tool,
  fingerprint: approval.fingerprint,
  payload: "digest of what was shown",
  arguments: approval.argumentsDigest,
  rule: { name: "reads", version: "1" },
  step: 1,
  verdict: "approve",
  reason: "looked at it",
  presence: "window",
  iat: 1000,
  exp: 1120,
};
const wish: GrantWish = { lastsMs: 1_800_500, mostUses: 3, constraints: [] };

describe("a grant that the client signs", () => {
  it("says of the request what the decision says, and binds every argument that the wish doesn't name to its value", () => {
    const grant = grantBeside(approval, decision, {
      ...wish,
      constraints: [{ argument: "path", constraint: "prefix", prefix: "/srv/" }],
    });
    expect(grantPayload.parse(grant)).toEqual(grant);
    const { arguments: _arguments, step: _step, verdict: _verdict, reason: _reason, ...shared } = decision;
    expect(grant).toEqual({
      ...shared,
      constraints: [
        { argument: "path", constraint: "prefix", prefix: "/srv/" },
        { argument: "mode", constraint: "equal", digest: "m".repeat(43) },
      ],
      mostUses: 3,
      until: 2800,
    });
  });

  it.each([
    ["beside a denial", approval, { ...decision, verdict: "deny" as const }, wish],
    ["where nothing is offered", approvalWith(), decision, wish],
    [
      "for an argument that the call does not have",
      approval,
      decision,
      { ...wish, constraints: [{ argument: "more", constraint: "any" as const }] },
    ],
  ])("is refused %s", (_name, held, decided, wanted) => {
    expect(() => grantBeside(held, decided, wanted)).toThrow(expect.objectContaining({ code: "grant_refused" }));
  });

  it("binds the digests that came with what was shown: a gateway that exchanges one is found out", () => {
    const held = createHeldApprovals();
    expect(held.fits(approval)).toBe(true);
    const [path, mode] = offer.arguments;
    if (path === undefined || mode === undefined) throw new TypeError("two arguments are offered");
    const exchanged = { ...offer, arguments: [{ ...path, digest: "x".repeat(43) }, mode] };
    expect(held.fits({ ...approval, revision: 2, grants: exchanged })).toBe(false);
    expect(held.fits({ ...approval, revision: 2, state: "approved" })).toBe(true);
  });
});
