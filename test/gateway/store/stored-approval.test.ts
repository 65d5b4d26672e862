import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { expect, it } from "vitest";
import { approval, scratch } from "./scratch.ts";

const decision = {
  verdict: "approve",
  reason: "fine",
  by: { id: "demo:avery", kind: "user", name: "Avery", groups: ["approvers"] },
  device: "dev_1",
  presence: "window",
  atMs: 5,
} as const;

it.each([
  ["pending", null, null, []],
  ["approved", decision, "a.b.c", [{ ...decision, step: 1, person: "demo:avery", jws: "a.b.c" }]],
] as const)(
  "reads a %s approval of before there were steps as one of a single step",
  async (state, made, jws, decisions) => {
    const { data, open } = await scratch();
    const store = await open();
    await store.commit((writes) => writes.approvals.put(approval("old", { state })));
    await store.close();
    const db = new DatabaseSync(join(data, "gateway.sqlite"));
    const row = db.prepare("SELECT record FROM approvals").get();
    const {
      steps: _steps,
      decisions: _decisions,
      ...rest
    } = JSON.parse(String(row?.record)) as Record<string, unknown>;
    const old = { ...rest, approvers: ["leads", "approvers"], decision: made, decisionJws: jws };
    db.prepare("UPDATE approvals SET record = ?").run(JSON.stringify(old));
    db.close();
    const again = await open();
    const read = again.approvals.get("old");
    expect(read).toMatchObject({ state, decisions, steps: [{ approvers: ["leads", "approvers"], need: "any" }] });
    expect(again.approvals.inState(state)).toEqual([read]);
  },
);
