import { randomBytes } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderSource } from "../../../src/gateway/audit/folder-source.ts";
import { verifyLedger } from "../../../src/gateway/audit/verify.ts";
import { LedgerTail } from "../../../src/gateway/sinks/ledger-tail.ts";
import { origin } from "../store/origin.ts";
import { approval, scratchFolder } from "../store/scratch.ts";
import { addCall, dayMs, erasedIn, filesWith, findings, openGround, type Ground } from "./ground.ts";

const rules = [
  { name: "answers-of-crm", connections: ["crm*"], kinds: ["call.response"], keep: 10 * dayMs },
  { name: "crm", connections: ["crm*"], keep: 30 * dayMs },
];

function written(text: string): string {
  const path = join(scratchFolder(), "ledger.jsonl");
  writeFileSync(path, text);
  return path;
}

/** What the records of erasure in the ledger say, without the entries. */
function records(ground: Ground, entries: readonly number[]) {
  return entries.map((entry) => ground.store().erasureOf(entry));
}

describe("by retention", () => {
  test("the first rule that fits an entry by connection and kind says how long it is kept, else the default, else it stays", async () => {
    const ground = await openGround({ rules, default: undefined });
    await addCall(ground, { call: "c1", connection: "crm-eu" });
    await addCall(ground, { call: "c2", connection: "files" });
    ground.nowMs += 9 * dayMs;
    await ground.sweep();
    expect(await erasedIn(ground)).toEqual([]);
    ground.nowMs += dayMs;
    await ground.sweep();
    expect(await erasedIn(ground)).toEqual([1]);
    expect(records(ground, [0, 1])).toEqual([
      undefined,
      { record: 4, atMs: ground.nowMs, rule: "answers-of-crm", by: null, reason: "" },
    ]);
    ground.nowMs += 20 * dayMs;
    await ground.sweep();
    expect(await erasedIn(ground)).toEqual([0, 1]);
    expect(records(ground, [0])).toMatchObject([{ rule: "crm" }]);
    ground.config = { rules, default: 35 * dayMs };
    ground.nowMs += 6 * dayMs;
    await ground.sweep();
    // The records of erasure are older than the default by then as well, and stay.
    ground.nowMs += 100 * dayMs;
    await ground.sweep();
    expect(await erasedIn(ground)).toEqual([0, 1, 2, 3]);
    expect(await findings(ground, written)).toEqual([]);
  });

  test("a request stays until its answer is as old, and goes where a later run has begun without one", async () => {
    const ground = await openGround({ rules: [{ name: "all", keep: 30 * dayMs }] });
    await ground.store().commit((writes) => writes.append("call.request", { call: "slow", connection: "crm" }));
    await ground.store().commit((writes) => writes.append("call.request", { call: "lost", connection: "crm" }));
    ground.nowMs += dayMs;
    await ground.store().commit((writes) => writes.append("call.response", { call: "slow" }));
    ground.nowMs += 29 * dayMs;
    await ground.sweep();
    expect(await erasedIn(ground)).toEqual([]);
    ground.nowMs += dayMs;
    await ground.sweep();
    expect(await erasedIn(ground)).toEqual([0, 2]);
    await ground.restart();
    await ground.sweep();
    expect(await erasedIn(ground)).toEqual([0, 2]);
    ground.nowMs += 30 * dayMs;
    await ground.sweep();
    expect(await erasedIn(ground)).toContain(1);
    expect(await findings(ground, written)).toEqual([]);
  });

  test("what calls refer to stays as long as a call that may refer to it", async () => {
    const ground = await openGround({ rules: [], default: 30 * dayMs });
    await ground.store().commit((writes) => writes.append("principal.seen", { state: "s", id: "staff:erin" }));
    ground.nowMs += 100 * dayMs;
    await addCall(ground, { call: "c1", connection: "crm" });
    await ground.sweep();
    expect(await erasedIn(ground)).toEqual([]);
    await ground.restart();
    ground.nowMs += 31 * dayMs;
    await ground.sweep();
    expect(await erasedIn(ground)).toEqual(expect.arrayContaining([0, 1, 2]));
  });

  test("an open request is not erased, and one that has ended goes with all that the store has of it", async () => {
    const ground = await openGround({ rules: [], default: 30 * dayMs });
    const held = approval("apr_1", { payload: { arguments: { path: "canary-held" }, hidden: [] } });
    await ground.store().commit((writes) => {
      writes.approvals.put(held);
      writes.append("approval.pending", { approval: "apr_1", connection: "files", tool: "t", principal: "demo:ada" });
    });
    ground.nowMs += 40 * dayMs;
    await ground.sweep();
    expect(await erasedIn(ground)).toEqual([]);
    await ground.store().commit((writes) => void writes.approvals.put({ ...held, state: "expired" }));
    await ground.sweep();
    expect(await erasedIn(ground)).toEqual([0]);
    expect(ground.store().approvals.get("apr_1")).toBeUndefined();
    expect(ground.store().history.entries("apr_1")).toEqual([]);
    expect(filesWith(ground.data, "canary-held")).toEqual([]);
  });

  test("a clock that was ahead once stops nothing that came after", async () => {
    const ground = await openGround({ rules: [], default: 30 * dayMs });
    ground.nowMs += 1000 * dayMs;
    await addCall(ground, { call: "ahead", connection: "crm" });
    ground.nowMs -= 1000 * dayMs;
    await addCall(ground, { call: "c2", connection: "crm" });
    ground.nowMs += 31 * dayMs;
    await ground.sweep();
    expect(await erasedIn(ground)).toEqual([2, 3]);
  });
});

describe("under a hold", () => {
  test("nothing that it covers is erased, by rule or by hand, until it is lifted; both are recorded", async () => {
    const ground = await openGround({ rules: [], default: 30 * dayMs });
    await addCall(ground, { call: "c1", connection: "crm", who: "okta:ann" });
    await addCall(ground, { call: "c2", connection: "crm", who: "staff:erin" });
    await addCall(ground, { call: "c3", connection: "files", who: "staff:ann" });
    await ground
      .retention()
      .holds.place("staff:root", { name: "case-7", person: "staff:ann", connection: "crm", reason: "suit" });
    ground.nowMs += 31 * dayMs;
    await ground.sweep();
    // Ann's call through her other identity stays, answer and all.
    expect(await erasedIn(ground)).toEqual([2, 3, 4, 5]);
    expect(await ground.erase({ entries: [0, 5], reason: "asked for" })).toEqual({
      erased: 0,
      held: 2,
      inForce: 0,
    });
    await expect(
      ground.retention().holds.place("staff:root", { name: "case-7", reason: "again" }),
    ).rejects.toMatchObject({
      code: "bad_request",
    });
    await ground.restart();
    expect(ground.retention().holds.all()).toMatchObject([{ name: "case-7", by: "staff:root" }]);
    await ground.retention().lift("staff:root", { name: "case-7", reason: "settled" });
    await expect(ground.retention().lift("staff:root", { name: "case-7", reason: "x" })).rejects.toMatchObject({
      code: "not_found",
    });
    await ground.sweep();
    expect(await erasedIn(ground)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await findings(ground, written)).toEqual([]);
  });
});

describe("by hand", () => {
  test("a person's entries go with answers and name, what they decided for others stays, and who said so is recorded", async () => {
    const ground = await openGround();
    await ground
      .store()
      .commit((writes) => writes.append("principal.seen", { state: "s", id: "okta:ann", name: "Ann" }));
    await addCall(ground, { call: "c1", connection: "crm", who: "staff:ann" });
    await addCall(ground, { call: "c2", connection: "crm", who: "staff:erin" });
    await ground
      .store()
      .commit((writes) =>
        writes.append("approval.approved", { approval: "apr_9", principal: "staff:erin", by: "staff:ann" }),
      );
    const wish = { person: "staff:ann", reason: "Article 17" };
    expect(await ground.erase(wish)).toEqual({ erased: 3, held: 0, inForce: 0 });
    expect(await erasedIn(ground)).toEqual([0, 1, 2]);
    expect(records(ground, [2])).toMatchObject([{ rule: null, by: "staff:root", reason: "Article 17" }]);
    expect(ground.forgotten()).toBe(1);
    expect(await ground.erase(wish)).toMatchObject({ erased: 0 });
    expect(await findings(ground, written)).toEqual([]);
  });
});

describe("what was erased", () => {
  test("is gone from every byte of every file, long bodies and the search's index too", async () => {
    const ground = await openGround();
    const canary = `canary${randomBytes(9).toString("hex")}`;
    const others: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      const id = `apr_${n}`;
      const text = n % 2 === 0 ? canary : `kept${n}`;
      // Records grow while they live, and so move from page to page.
      const record = approval(id, { payload: { arguments: { text: `${text} `.repeat(n * 9) }, hidden: [] } });
      await ground.store().commit((writes) => {
        writes.append("approval.pending", {
          approval: id,
          connection: text === canary ? "crm" : "files",
          payload: text,
        });
        const stored = writes.approvals.put(record);
        const answer = { jsonrpc: "2.0", id: 1, result: { text: text.repeat(50) } } as const;
        writes.answers.put({ approval: id, lookup: id, answer, untilMs: ground.nowMs + dayMs });
        writes.approvals.put({
          ...stored,
          state: "denied",
          outcome: { state: "failed", message: text.repeat(n), atMs: 1 },
        });
      });
      await addCall(ground, { call: `c${n}`, connection: text === canary ? "crm" : "files", text });
      if (text !== canary) others.push(text);
    }
    await addCall(ground, { call: "long", connection: "crm", text: `${canary} `.repeat(20_000) });
    expect((await ground.search().find({ text: canary }, 1000, 100)).lines.length).toBeGreaterThan(20);
    expect(filesWith(ground.data, canary).length).toBeGreaterThan(2);
    await ground.erase({ connection: "crm", reason: "asked for" });
    await ground.sweep();
    expect(filesWith(ground.data, canary)).toEqual([]);
    expect(readdirSync(join(ground.data, "bodies"))).toEqual([]);
    expect(await findings(ground, written)).toEqual([]);
    expect((await ground.search().find({ text: canary }, 1000, 100)).lines).toEqual([]);
    for (const text of others) expect(filesWith(ground.data, text)).not.toEqual([]);
    expect(ground.store().approvals.get("apr_1")?.state).toBe("denied");
    await ground.restart();
    expect(filesWith(ground.data, canary)).toEqual([]);
  });

  test("of more held calls than are written anew beside calls, the next start removes what page splits left", async () => {
    const ground = await openGround();
    for (let at = 0; at < 1313; at += 101)
      await ground.store().commit((writes) => {
        for (let n = at; n < at + 101; n += 1) {
          const stored = writes.approvals.put(approval(`apr_${n}`, { state: "denied", person: `canary-many-${n} ` }));
          writes.approvals.put({ ...stored, payload: { arguments: { n: "x".repeat(300) }, hidden: [] } });
        }
      });
    const body = { connection: "crm", tool: "t", principal: "staff:erin" };
    await ground.store().commit((writes) => {
      for (let n = 0; n < 1250; n += 5) writes.append("approval.pending", { ...body, approval: `apr_${n}` });
    });
    expect(await ground.erase({ connection: "crm", reason: "asked for" })).toMatchObject({ erased: 250 });
    expect(ground.store().isSettled()).toBe(false);
    expect(ground.retention().isIdle).toBe(true);
    await ground.restart();
    await ground.sweep();
    expect(ground.store().isSettled()).toBe(true);
    for (let n = 0; n < 1250; n += 25) expect(filesWith(ground.data, `canary-many-${n} `)).toEqual([]);
  });

  test("goes to a sink that begins anew as erased, with its place, time and kind alone", async () => {
    const ground = await openGround();
    await addCall(ground, { call: "c1", connection: "crm", text: "canary-sink" });
    await ground.erase({ connection: "crm", reason: "asked for" });
    const tail = new LedgerTail(ground.data, origin);
    const events = await tail.from(0, 10, ({ event }) => JSON.stringify(event));
    tail.close();
    expect(events.map(({ text }) => JSON.parse(text) as unknown)).toMatchObject([
      { metadata: { sequence: 0, event_code: "call.request" }, unmapped: { erased: true } },
      { metadata: { sequence: 1, event_code: "call.response" }, unmapped: { erased: true } },
      { metadata: { sequence: 2, event_code: "entries.erased" }, unmapped: { body: { by: "staff:root" } } },
    ]);
  });

  test("is no tampering to who began to read the ledger before", async () => {
    const ground = await openGround();
    await addCall(ground, { call: "c1", connection: "crm", text: "long ".repeat(80_000) });
    const source = folderSource(ground.data);
    await source.header();
    await ground.erase({ connection: "crm", reason: "asked for" });
    const verifierKey = ground.keys.verifierKey(origin);
    await expect(verifyLedger(source, { verifierKey })).rejects.toMatchObject({
      message: expect.stringContaining("Verify again"),
    });
    expect(await verifyLedger(folderSource(ground.data), { verifierKey })).toMatchObject({ ok: true });
  });

  test("leaves the log even where a reader was in the way", async () => {
    const ground = await openGround();
    await addCall(ground, { call: "c1", connection: "crm", text: "canary-read" });
    const source = folderSource(ground.data);
    await source.header();
    await ground.erase({ connection: "crm", reason: "asked for" });
    expect(ground.retention().isIdle).toBe(false);
    source.close();
    await ground.sweep();
    expect(filesWith(ground.data, "canary-read")).toEqual([]);
  });

  test("leaves the files at the next start where the gateway was killed before it was done", async () => {
    const ground = await openGround();
    await addCall(ground, { call: "c1", connection: "crm", text: "canary-killed ".repeat(30_000) });
    await ground.store().commit((writes) => writes.erase([0, 1], { rule: null, by: "staff:root", reason: "" }));
    expect(filesWith(ground.data, "canary-killed")).not.toEqual([]);
    await ground.restart();
    await ground.sweep();
    expect(filesWith(ground.data, "canary-killed")).toEqual([]);
    expect(await findings(ground, written)).toEqual([]);
  });
});
