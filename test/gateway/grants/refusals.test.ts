import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApprovalView } from "../../../src/shared/approval.ts";
import type { GrantConstraint } from "../../../src/shared/grant.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import { enrolGranter, type GrantChange, type Granter } from "./granter.ts";
import { openGrantGround, type GrantGround } from "./grant-ground.ts";

let ground: GrantGround;
let other: Granter;
let count = 0;

beforeAll(async () => {
  ground = await openGrantGround();
  other = await enrolGranter(ground.url, await ground.token("olga", ["approvers"]));
});
afterAll(() => ground.close());

/** A new call that waits; its number makes it another one each time. */
const held = (tool?: string): Promise<ApprovalView> =>
  ground.held({ path: "/srv/app/x", mail: "jane@example.com", deep: { a: 1 }, n: (count += 1) }, tool);

const any = (argument: string): GrantConstraint => ({ argument, constraint: "any" });
const prefix = (argument: string, text: string): GrantConstraint => ({ argument, constraint: "prefix", prefix: text });
const now = (): number => Math.floor(Date.now() / 1000);
const bound = (approval: ApprovalView): GrantConstraint[] =>
  (approval.grants?.arguments ?? []).map(({ name, digest }) => ({ argument: name, constraint: "equal", digest }));

type Change = GrantChange | ((approval: ApprovalView) => GrantChange);

const refusals: [string, Change, string, string?][] = [
  ["beside a denial", { decision: { verdict: "deny" } }, "grant_refused"],
  ["where the rule permits none", {}, "grant_refused", "plain_it"],
  ["for longer than the rule permits", { grant: { until: now() + 8 * 3600 + 60 } }, "grant_refused"],
  ["that is over already", { grant: { until: now() - 1 } }, "grant_refused"],
  ["for more uses than the rule permits", { grant: { mostUses: 21 } }, "grant_refused"],
  ["for no use", { grant: { mostUses: 0 } }, "bad_signature"],
  [
    "by a constraint that the rule does not name",
    { constraints: [any("n")], grant: { mostUses: 1 } },
    "grant_refused",
    "equal_it",
  ],
  [
    "without a constraint for an argument",
    (each) => ({ grant: { constraints: bound(each).slice(1) } }),
    "grant_refused",
  ],
  [
    "with two constraints for an argument",
    (each) => ({ grant: { constraints: [...bound(each).slice(1), ...bound(each).slice(1, 2)] } }),
    "grant_refused",
  ],
  [
    "with a constraint for an argument that the call does not have",
    (each) => ({ grant: { constraints: [...bound(each), any("more")] } }),
    "grant_refused",
  ],
  [
    "with a constraint of no known kind",
    () => ({ grant: { constraints: [{ argument: "n", constraint: "about" }] as never } }),
    "bad_signature",
  ],
  ["with another argument's digest", (each) => ({ grant: { constraints: swapped(bound(each)) } }), "digest_mismatch"],
  ["by prefix for a text of which something is hidden", { constraints: [prefix("mail", "/")] }, "grant_refused"],
  ["by prefix for what is no text", { constraints: [prefix("deep", "/")] }, "grant_refused"],
  ["by a prefix that ends within a name", { constraints: [prefix("path", "/srv/ap")] }, "grant_refused"],
  ["by a prefix with a step upwards", { constraints: [prefix("path", "/srv/../")] }, "grant_refused"],
  ["by a prefix that the call does not fall under", { constraints: [prefix("path", "/etc/")] }, "grant_refused"],
  ["by an empty prefix", { constraints: [prefix("path", "")] }, "bad_signature"],
  ["for another gateway", { grant: { gateway: "https://elsewhere.example" } }, "digest_mismatch"],
  ["for another request", { grant: { approval: "apr_other" } }, "digest_mismatch"],
  ["for another principal", { grant: { principal: "staff:avery" } }, "digest_mismatch"],
  ["for another connection", { grant: { connection: "elsewhere" } }, "digest_mismatch"],
  ["for another tool", { grant: { tool: "write_that" } }, "digest_mismatch"],
  ["for another declaration of the tool", { grant: { fingerprint: "x" } }, "digest_mismatch"],
  ["over another payload than is held", { grant: { payload: "x" } }, "digest_mismatch"],
  ["for another rule", { grant: { rule: { name: "plain", version: "x" } } }, "digest_mismatch"],
  ["with another presence than the decision's", { grant: { presence: "cli" } }, "digest_mismatch"],
  [
    "from a notification",
    { grant: { presence: "notification" }, decision: { presence: "notification" } },
    "presence_too_weak",
  ],
  ["that was signed too long ago", { grant: { iat: now() - 400, exp: now() - 100 } }, "decision_expired"],
  ["that is signed for too long", { grant: { exp: now() + 1000 } }, "decision_expired"],
  ["that was signed in the future", { grant: { iat: now() + 200, exp: now() + 300 } }, "decision_expired"],
  ["of another type", { typ: "countersign-decision+jws" }, "bad_signature"],
  ["with a member that nobody knows", { grant: { more: 1 } as never }, "bad_signature"],
];

function swapped([one, two, ...rest]: GrantConstraint[]): GrantConstraint[] {
  if (one?.constraint !== "equal" || two?.constraint !== "equal") throw new TypeError("two digests are needed");
  return [{ ...one, digest: two.digest }, { ...two, digest: one.digest }, ...rest];
}

describe("a grant is refused", () => {
  it.each(refusals)("%s, and with it the decision", async (_name, change, code, tool) => {
    const approval = await held(tool);
    const before = (await ground.grants()).length;
    const answer = await ground.approver.approveAndGrant(
      approval,
      typeof change === "function" ? change(approval) : change,
    );
    expect(answer.body).toMatchObject({ error: { code } });
    const { body } = await call(ground.url, ground.approver.token, `/v1/approvals/${approval.id}`);
    expect(body).toMatchObject({ approval: { state: "pending", decision: null } });
    expect(await ground.grants()).toHaveLength(before);
    const refused = ground.ledger().findLast(({ kind }) => kind === "decision.refused");
    expect(JSON.parse(refused?.body ?? "{}")).toMatchObject({ approval: approval.id, code });
  });

  it("where another device signed it", async () => {
    const second = await enrolGranter(ground.url, ground.approver.token);
    const own = await ground.approver.approveAndGrant(await held(), { signer: second });
    expect(own.body).toMatchObject({ error: { code: "digest_mismatch" } });
    const others = await ground.approver.approveAndGrant(await held(), { signer: other });
    expect(others.body).toMatchObject({ error: { code: "unknown_device" } });
  });

  it("to oneself, to who is no approver, and beside a decision that was recorded without it", async () => {
    const both = await enrolGranter(ground.url, await ground.token("both", ["engineers", "approvers"]));
    const own = await ground.held({ path: "own" }, "write_it", both.token);
    expect((await both.approveAndGrant(own)).body).toMatchObject({ error: { code: "self_approval" } });
    const stranger = await enrolGranter(ground.url, await ground.token("stan", ["strangers"]));
    expect((await stranger.approveAndGrant(own)).status).toBe(404);
    const approval = await held();
    const { decision, grant } = await ground.approver.body(approval);
    const path = `/v1/approvals/${approval.id}/decision`;
    expect((await call(ground.url, ground.approver.token, path, { decision })).status).toBe(200);
    const late = await call(ground.url, ground.approver.token, path, { decision, grant });
    expect(late.body).toMatchObject({ error: { code: "already_decided" } });
  });

  it("no more when the very same two are sent again, and one is made of them", async () => {
    const approval = await held();
    const before = (await ground.grants()).length;
    const body = await ground.approver.body(approval);
    const path = `/v1/approvals/${approval.id}/decision`;
    for (let tries = 0; tries < 3; tries += 1)
      expect((await call(ground.url, ground.approver.token, path, body)).status).toBe(200);
    expect(await ground.grants()).toHaveLength(before + 1);
    const another = await ground.approver.body(approval, { grant: { mostUses: 20 } });
    const changed = await call(ground.url, ground.approver.token, path, {
      decision: body.decision,
      grant: another.grant,
    });
    expect(changed.body).toMatchObject({ error: { code: "already_decided" } });
  });
});

describe("what is offered", () => {
  it.each<[string, JsonObject, string]>([
    ["where an argument's name is masked", { "jane@example.com": 1 }, "write_it"],
    [
      "where there are over 64 arguments",
      Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`a${at}`, at])),
      "write_it",
    ],
    ["where the arguments are larger than a grant keeps", { text: "a".repeat(65_536) }, "write_it"],
    ["where the rule permits none", { x: 1 }, "plain_it"],
  ])("is nothing %s", async (_name, args, tool) => {
    expect((await ground.held(args, tool)).grants ?? null).toBeNull();
  });

  it("names every argument, with a digest that is bound to it, its tool and its principal", async () => {
    const eve = await ground.token("eve", ["engineers"]);
    const value = { same: "value", twin: "value" };
    const [one, two, three] = [
      await ground.held(value),
      await ground.held(value, "write_that"),
      await ground.held(value, "write_it", eve),
    ];
    const digests = [one, two, three].flatMap(({ grants }) => (grants?.arguments ?? []).map(({ digest }) => digest));
    expect(digests).toHaveLength(6);
    expect(new Set(digests).size).toBe(6);
  });
});
