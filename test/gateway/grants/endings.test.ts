import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { GrantView } from "../../../src/shared/grant.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import { modernRequest, post } from "../mcp/ground.ts";
import { openGrantGround, type GrantGround } from "./grant-ground.ts";
import { eventually } from "../../support/eventually.ts";

let ground: GrantGround;
beforeEach(async () => {
  ground = await openGrantGround();
});
afterEach(() => ground.close());

const args = { path: "/srv/a" };

/** A live grant of erin's for `write_it` with exactly these arguments; the call it was made from has run. */
async function granted(given: JsonObject = args, mostUses = 10): Promise<GrantView> {
  const approval = await ground.held(given);
  expect(await ground.approver.approveAndGrant(approval, { grant: { mostUses } })).toMatchObject({ status: 200 });
  expect(await ground.callTool(given)).toHaveProperty("result");
  const found = (await ground.grants()).find((grant) => grant.approval === approval.id);
  return found ?? expect.fail("no grant");
}

const stateOf = async (id: string): Promise<GrantView | undefined> =>
  (await ground.grants()).find((each) => each.id === id);
const ended = (id: string, why: string, state = "ended"): Promise<void> =>
  eventually(async () =>
    expect(await stateOf(id)).toMatchObject({ state, end: { why: expect.stringContaining(why) } }),
  );

/** The next call is held, and nothing more has run. */
async function isHeld(): Promise<void> {
  const ran = ground.ran.length;
  await ground.held(args);
  expect(ground.ran).toHaveLength(ran);
}

describe("a grant ends", () => {
  it("when its time is over, at once for a call, and on the record", async () => {
    const { id } = await granted();
    expect(await ground.callTool(args)).toHaveProperty("result");
    ground.clock.aheadMs = 3601_000;
    await isHeld();
    await ended(id, "time is over", "over");
    const entry = ground.ledger().findLast(({ kind }) => kind === "grant.ended");
    expect(JSON.parse(entry?.body ?? "{}")).toMatchObject({ grant: id, uses: 1, state: "over" });
  });

  it("when its rule changes, even by a word, and doesn't come back with the rule", async () => {
    const { id } = await granted();
    await ground.reload(({ rules }) => (rules[0] = { ...rules[0], why: "Another word." }));
    expect(await stateOf(id)).toMatchObject({ state: "ended", end: { by: null } });
    await ground.reload(({ rules }) => delete (rules[0] as Record<string, unknown>).why);
    await isHeld();
  });

  it("when its rule goes", async () => {
    const { id } = await granted();
    await ground.reload(({ rules }) => rules.splice(0, 1));
    await ended(id, "rule has changed");
    expect(await ground.callTool(args)).toHaveProperty("error");
  });

  it("not, but serves nothing, while another rule comes first", async () => {
    const { id } = await granted();
    await ground.reload(({ rules }) => rules.unshift({ name: "first", tools: ["write_*"], effect: "deny" }));
    expect(await ground.callTool(args)).toMatchObject({ error: { code: -32050 } });
    expect(await stateOf(id)).toMatchObject({ state: "live", uses: 0 });
  });

  it("when the tool's declaration changes, though nobody accepted it yet", async () => {
    const { id } = await granted();
    ground.declared.description = "Writes, and sends it to jane@example.com.";
    const ran = ground.ran.length;
    // Asked anew for this very call: the change is found before anything is forwarded.
    expect(await ground.callTool(args)).toMatchObject({ error: { code: -32057 } });
    expect(ground.ran).toHaveLength(ran);
    ground.clock.aheadMs = 15_000;
    await ended(id, "tool has changed");
    ground.declared.description = "Writes.";
    await post(ground, ground.erin, modernRequest("list", "tools/list", {}));
    await isHeld();
  });

  it("when its connection goes", async () => {
    const { id } = await granted();
    await ground.reload(({ connections }) => (connections[0] = { ...connections[0], name: "renamed" }));
    await ended(id, "connection");
  });

  it("when its connection leads to another target, though that one declares the same tool", async () => {
    const { id } = await granted();
    const elsewhere = `${ground.target.url}?elsewhere`;
    await ground.reload(({ connections }) => (connections[0] = { ...connections[0], http: { url: elsewhere } }));
    await isHeld();
    await ended(id, "leads elsewhere");
  });

  it("not where its connection is reached as before", async () => {
    const { id } = await granted();
    await ground.reload(({ connections }) => (connections[0] = { ...connections[0], title: "Another title" }));
    expect(await ground.callTool(args)).toHaveProperty("result");
    expect(await stateOf(id)).toMatchObject({ state: "live", uses: 1 });
  });

  it("when its approver and its holder turn out to be one person", async () => {
    const { id } = await granted();
    await ground.reload((config) => (config.identities = [["staff:erin", "staff:avery"]]));
    await ended(id, "one person");
    await isHeld();
  });

  it("when its device is no longer enrolled", async () => {
    const { id, device } = await granted();
    const db = new DatabaseSync(join(ground.data, "gateway.sqlite"), { timeout: 2000 });
    db.prepare("DELETE FROM devices WHERE id = ?").run(device);
    db.close();
    // A call finds it before the sweep does.
    await isHeld();
    await ended(id, "device");
  });

  it.each([
    ["its approver", "avery", ["approvers"], 200],
    ["a colleague of its approver's", "olga", ["approvers"], 200],
    ["its holder", "erin", ["engineers"], 200],
    ["an administrator", "ada", ["admins"], 200],
    ["nobody else", "stan", ["engineers"], 404],
  ])("by %s", async (_who, person, groups, status) => {
    const { id } = await granted();
    const token = await ground.token(person, groups);
    expect((await ground.revoke(id, token)).status).toBe(status);
    expect(await ground.grants(token)).toHaveLength(status === 200 ? 1 : 0);
    if (status === 200) {
      expect(await stateOf(id)).toMatchObject({ state: "revoked", end: { by: `staff:${person}` } });
      expect((await ground.revoke(id, token)).body).toMatchObject({ grant: { state: "revoked" } });
      expect(ground.ledger().filter(({ kind }) => kind === "grant.revoked")).toHaveLength(1);
      await isHeld();
    } else expect(await ground.callTool(args)).toHaveProperty("result");
  });
});

describe("a grant's uses", () => {
  it("are no more than granted, however many calls come at once", async () => {
    const { id } = await granted(args, 5);
    const before = ground.ran.length;
    const leave = new AbortController();
    const answers = Array.from({ length: 25 }, (_, at) =>
      post(
        ground,
        ground.erin,
        modernRequest(`at once ${at}`, "tools/call", { name: "write_it", arguments: args }),
        leave.signal,
      ),
    );
    await eventually(async () => expect(await stateOf(id)).toMatchObject({ state: "used-up", uses: 5 }));
    await eventually(async () => {
      const { body } = await call(ground.url, ground.approver.token, "/v1/approvals?state=pending");
      expect((body as { approvals: unknown[] }).approvals).toHaveLength(1);
    });
    expect(ground.ran.length - before).toBe(5);
    expect(ground.ledger().filter(({ kind }) => kind === "grant.used")).toHaveLength(5);
    leave.abort();
    await Promise.allSettled(answers);
  });

  it("are for nobody else, no other tool, and no call with an argument more, less or of another value", async () => {
    const { id } = await granted({ path: "/srv/a", deep: { list: [1, 2] } });
    const ran = ground.ran.length;
    const eve = await ground.token("eve", ["engineers"]);
    const given = { path: "/srv/a", deep: { list: [1, 2] } };
    await ground.held(given, "write_it", eve);
    await ground.held(given, "write_that");
    for (const other of [
      { path: "/srv/a" },
      { ...given, more: null },
      { ...given, path: "/srv/A" },
      { ...given, deep: { list: [2, 1] } },
      { ...given, deep: { list: [1, 2], more: 1 } },
      { ...given, deep: '{"list":[1,2]}' },
    ])
      await ground.held(other);
    expect(ground.ran).toHaveLength(ran);
    expect(await stateOf(id)).toMatchObject({ uses: 0, state: "live" });
  });

  it("are spent by the grant's prefix and any alone", async () => {
    const approval = await ground.held({ path: "/srv/a", text: "x" });
    await ground.approver.approveAndGrant(approval, {
      constraints: [
        { argument: "path", constraint: "prefix", prefix: "/srv/" },
        { argument: "text", constraint: "any" },
      ],
    });
    await ground.callTool({ path: "/srv/a", text: "x" });
    expect(await ground.callTool({ path: "/srv/b", text: { any: ["thing"] } })).toHaveProperty("result");
    const ran = ground.ran.length;
    await ground.held({ path: "/srv/../etc", text: "x" });
    await ground.held({ path: "/srvb", text: "x" });
    await ground.held({ path: "/srv/b" });
    expect(ground.ran).toHaveLength(ran);
  });
});

describe("a target that asks for input", () => {
  it("is given none under a grant, and its state goes to nobody", async () => {
    await granted();
    ground.answering.result = { resultType: "input_required", requestState: "the target's word" };
    const answer = await ground.callTool(args);
    expect(answer).toMatchObject({ error: { code: -32054, data: { code: "outcome_unknown" } } });
    expect(JSON.stringify(answer)).not.toContain("word");
    const entry = ground.ledger().findLast(({ kind }) => kind === "call.response");
    expect(JSON.parse(entry?.body ?? "{}")).toMatchObject({
      outcome: "unknown",
      grant: expect.stringMatching(/^grt_/) as string,
    });
  });
});

describe("what is kept of a grant", () => {
  it("has nothing of a masked value: store, ledger and view show it masked, the digest binds the real one", async () => {
    const secret = "jane.doe@example.com";
    const approval = await ground.held({ to: secret, note: `for ${secret}` });
    await ground.approver.approveAndGrant(approval);
    await ground.callTool({ to: secret, note: `for ${secret}` });
    expect(await ground.callTool({ to: secret, note: `for ${secret}` })).toHaveProperty("result");
    await ground.held({ to: "john.doe@example.com", note: `for ${secret}` });
    const [grant] = await ground.grants();
    expect(grant).toMatchObject({ uses: 1 });
    expect(JSON.stringify(grant)).not.toContain(secret);
    expect(JSON.stringify(grant?.constraints)).toContain("hidden");
    expect(ground.ledger().some(({ body }) => body.includes(secret))).toBe(false);
    const db = new DatabaseSync(join(ground.data, "gateway.sqlite"), { readOnly: true });
    const rows = db.prepare("SELECT record FROM grants").all();
    db.close();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });
});
