import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGrantGround, type GrantGround } from "./grant-ground.ts";

let ground: GrantGround;

beforeAll(async () => {
  ground = await openGrantGround([
    {
      name: "writes",
      tools: ["write_*"],
      effect: "approve",
      approvers: ["approvers"],
      grants: { longest: "8h", mostUses: 20 },
      limits: { rate: { calls: 2, per: "1m" } },
    },
  ]);
});
afterAll(() => ground.close());

describe("a call under a grant", () => {
  it("counts towards its rule's limits, and one that they refuse spends no use", async () => {
    const args = { path: "/srv/a" };
    await ground.approver.approveAndGrant(await ground.held(args), { grant: { mostUses: 5 } });
    // The call that was held was counted then.
    expect(await ground.callTool(args)).toHaveProperty("result");
    expect(await ground.callTool(args)).toHaveProperty("result");
    expect(await ground.callTool(args)).toMatchObject({ error: { code: -32053, data: { code: "rate_limited" } } });
    expect((await ground.grants())[0]).toMatchObject({ state: "live", uses: 1 });
    expect(ground.ran).toHaveLength(2);
    const refused = ground.ledger().findLast(({ kind }) => kind === "call.refused");
    expect(JSON.parse(refused?.body ?? "{}")).toMatchObject({ code: -32053, rule: { name: "writes" } });
    ground.clock.aheadMs = 30_000;
    expect(await ground.callTool(args)).toHaveProperty("result");
    expect((await ground.grants())[0]).toMatchObject({ state: "live", uses: 2 });
  });
});
