import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { openGrantGround, type GrantGround } from "./grant-ground.ts";

let ground: GrantGround;

beforeAll(async () => {
  ground = await openGrantGround();
});
afterAll(() => ground.close());

const entries = (kind: string): JsonObject[] =>
  ground
    .ledger()
    .filter((entry) => entry.kind === kind)
    .map(({ body }) => JSON.parse(body) as JsonObject);

describe("a grant", () => {
  it("lets the same call run without a decision, as often as it says, and holds the next one", async () => {
    const args = { path: "/srv/a", mode: { deep: [1, { x: "y" }] } };
    const approval = await ground.held(args);
    expect(approval.grants?.arguments.map(({ name, plain }) => [name, plain])).toEqual([
      ["path", true],
      ["mode", false],
    ]);
    expect(await ground.approver.approveAndGrant(approval, { grant: { mostUses: 2 } })).toMatchObject({ status: 200 });
    // The approval itself serves its own call first: a use is for a later one.
    expect(await ground.callTool(args)).not.toHaveProperty("error");
    expect(ground.ran).toHaveLength(1);
    expect((await ground.grants())[0]).toMatchObject({ state: "live", uses: 0, relation: "approver" });
    // Members in another order are the same value.
    const again = { mode: { deep: [1, { x: "y" }] }, path: "/srv/a" };
    expect(await ground.callTool(again)).toHaveProperty("result");
    expect(await ground.callTool(args)).toHaveProperty("result");
    expect(ground.ran).toHaveLength(3);
    const [grant] = await ground.grants(ground.erin);
    expect(grant).toMatchObject({ state: "used-up", uses: 2, relation: "holder", by: { id: "staff:avery" } });
    await ground.held(args);
    expect(ground.ran).toHaveLength(3);
  });

  it("is named in the record of each call that it lets through, with its approver", async () => {
    const [created] = entries("grant.created");
    const used = entries("grant.used");
    const requests = entries("call.request").filter(({ effect }) => effect === "approve+grant");
    expect(used.map(({ uses }) => uses)).toEqual([1, 2]);
    expect(requests).toHaveLength(2);
    for (const request of requests) {
      expect(request.grant).toEqual({
        id: created?.grant,
        approval: created?.approval,
        by: { id: "staff:avery", name: expect.any(String) as string },
      });
    }
    expect(entries("grant.ended")).toMatchObject([{ grant: created?.grant, state: "used-up" }]);
  });
});
