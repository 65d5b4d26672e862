import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approvalContext } from "../../src/shared/approval-context.ts";
import { call } from "../support/world.ts";
import { openStage, type Person, type Stage } from "./approvals/steps-ground.ts";
import { approval, scratch } from "./store/scratch.ts";

let stage: Stage;
beforeAll(async () => {
  const held = { effect: "approve", risk: "medium", expires: "5m", why: "Looked at first." };
  const steps = [
    { approvers: ["security"], need: "any" },
    { approvers: ["finance"], need: "any" },
  ];
  stage = await openStage([
    { name: "one", tools: ["one_tool", "one_other"], approvers: ["security"], ...held },
    { name: "two", tools: ["two_tool"], steps, ...held },
  ]);
});
afterAll(() => stage.ground.close());

async function context(person: Person, id: string, groups?: readonly string[]) {
  const { status, body } = await call(
    stage.ground.url,
    await stage.token(person, groups),
    `/v1/approvals/${id}/context`,
  );
  return status === 200 ? approvalContext.parse(body) : { status, body };
}

async function known(person: Person, id: string, groups?: readonly string[]) {
  return approvalContext.parse(await context(person, id, groups));
}

describe("what else is known about a held call", () => {
  it("counts earlier calls of the tool, and has the last approved payload and the masked answer", async () => {
    const first = await stage.hold("one_tool", "c-first");
    expect(await known("avery", first.approval.id)).toMatchObject({
      byRequester: { asked: 0, approved: 0, denied: 0, isWhole: true },
      byAnyone: { asked: 0, isWhole: true },
      around: { asked: 1, isWhole: true },
      lastApproved: null,
      answer: null,
    });
    await stage.decide("avery", first.approval);
    await first.answer;
    const second = await stage.hold("one_tool", "c-second");
    await stage.decide("sam", second.approval, { verdict: "deny", reason: "no" });
    await second.answer;
    const third = await stage.hold("one_tool", "c-third");
    const found = await known("sam", third.approval.id);
    expect(found).toMatchObject({
      byRequester: { asked: 2, approved: 1, denied: 1, isWhole: true },
      byAnyone: { asked: 2 },
      around: { asked: 3 },
      lastApproved: { id: first.approval.id, isSameTool: true },
    });
    expect(found.lastApproved?.payload.value?.arguments).toEqual({ text: "c-first" });
    const ran = await known("sam", first.approval.id);
    expect(ran.byRequester.asked).toBe(0);
    expect(ran.answer?.value?.arguments).toMatchObject({ content: [{ type: "text", text: "done" }] });
    expect((await known("sam", second.approval.id)).answer).toBeNull();
    await stage.decide("sam", third.approval, { verdict: "deny", reason: "no" });
    await third.answer;
  });

  it("is not there for who may not see the approval, nor for a member of a later step", async () => {
    const { approval: held, answer } = await stage.hold("two_tool", "c-steps");
    for (const person of ["zoe", "fay"] as const)
      expect(await context(person, held.id)).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
    expect((await known("erin", held.id)).id).toBe(held.id);
    expect((await known("zoe", held.id, ["admins", "sales"])).id).toBe(held.id);
    await stage.decide("avery", held);
    expect((await known("fay", held.id)).byAnyone.asked).toBe(0);
    await stage.decide("fay", held);
    await answer;
    expect((await fetch(`${stage.ground.url}/v1/approvals/${held.id}/context`)).status).toBe(401);
    expect(await context("erin", "apr_none")).toMatchObject({ status: 404 });
  });

  it("counts and compares only what this reader may see", async () => {
    const first = await stage.hold("two_tool", "c-denied-early");
    // Finance never saw it: it ended in the step of security.
    await stage.decide("sam", first.approval, { verdict: "deny", reason: "no" });
    await first.answer;
    const next = await stage.hold("two_tool", "c-next");
    await stage.decide("avery", next.approval);
    const [security, finance] = [await known("sam", next.approval.id), await known("finn", next.approval.id)];
    expect(security.byRequester).toMatchObject({ asked: 2, approved: 1, denied: 1 });
    expect(finance.byRequester).toMatchObject({ asked: 1, approved: 1, denied: 0 });
    expect(finance.around.asked).toBeLessThan(security.around.asked);
    await stage.decide("finn", next.approval);
    await next.answer;
  });
});

describe("the index", () => {
  it("is filled at the next start where a store of before has none", async () => {
    const { open, data } = await scratch();
    let store = await open();
    await store.commit((writes) => {
      for (let n = 0; n < 3; n += 1) writes.approvals.put(approval(`apr_${n}`, { createdAtMs: n * 1000 }));
    });
    await store.close();
    const db = new DatabaseSync(join(data, "gateway.sqlite"));
    db.exec("DROP TABLE precedents");
    db.close();
    store = await open();
    const of = { connection: "files", tool: "write_file", person: "demo:ada" };
    expect(store.precedents.ofPerson(of, { atMs: 2000, id: "apr_2" }).map(({ id }) => id)).toEqual(["apr_1", "apr_0"]);
    expect(store.precedents.ofPerson({ ...of, person: "demo:eve" }, { atMs: 2000, id: "apr_2" })).toEqual([]);
    expect(store.precedents.ofTool(of, { atMs: 1000, id: "apr_1" })).toHaveLength(1);
    expect(store.precedents.within("demo:ada", 500, 2000)).toHaveLength(2);
  });

  it("looks at no more than 500, whatever was held", async () => {
    const store = await (await scratch()).open();
    await store.commit((writes) => {
      for (let n = 0; n < 700; n += 1) writes.approvals.put(approval(`apr_${n}`, { createdAtMs: n }));
    });
    const of = { connection: "files", tool: "write_file", person: "demo:ada" };
    expect(store.precedents.ofPerson(of, { atMs: 9999, id: "" })).toHaveLength(500);
    expect(store.precedents.ofTool(of, { atMs: 9999, id: "" })).toHaveLength(500);
    expect(store.precedents.within("demo:ada", 0, 9999)).toHaveLength(500);
  });
});
