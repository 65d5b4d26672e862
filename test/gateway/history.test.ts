import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { historyDetail, historyFigures, historyPage } from "../../src/shared/history.ts";
import { call } from "../support/world.ts";
import { openStage, type Person, type Stage } from "./approvals/steps-ground.ts";
import { eventually } from "../support/eventually.ts";

let stage: Stage;
beforeAll(async () => {
  const held = { effect: "approve", approvers: ["security"], risk: "medium", expires: "5m", why: "Looked at first." };
  const steps = [
    { approvers: ["security"], need: "any" },
    { approvers: ["finance"], need: "any" },
  ];
  const { approvers: _approvers, ...rest } = held;
  stage = await openStage([
    { name: "one", tools: ["one_tool", "one_other"], ...held },
    { name: "two", tools: ["two_tool"], ...rest, risk: "high", steps },
  ]);
});
afterAll(() => stage.ground.close());

async function asked(person: Person, path: string, groups?: readonly string[]) {
  return call(stage.ground.url, await stage.token(person, groups), path);
}

async function page(person: Person, query: string) {
  const { status, body } = await asked(person, `/v1/history?${query}`);
  expect(status).toBe(200);
  return historyPage.parse(body);
}

const idsOf = ({ lines }: Awaited<ReturnType<typeof page>>) => lines.map(({ id }) => id);

/** Erin's calls: one that Avery approved and that ran, one that Sam denied, one that Avery and then Finn approved. */
const made = { approved: "", denied: "", stepped: "" };
beforeAll(async () => {
  const one = await stage.hold("one_tool", "h-approved");
  await stage.decide("avery", one.approval, { reason: "Matches PAY-2214" });
  await one.answer;
  const two = await stage.hold("one_other", "h-denied");
  await stage.decide("sam", two.approval, { verdict: "deny", reason: "=HYPERLINK() is no reason" });
  await two.answer;
  const three = await stage.hold("two_tool", "h-stepped");
  await stage.decide("avery", three.approval);
  await stage.decide("finn", three.approval);
  await three.answer;
  Object.assign(made, { approved: one.approval.id, denied: two.approval.id, stepped: three.approval.id });
});

describe("who sees what of the history", () => {
  const nobody = [] as const;
  const table: readonly [Person, "decision" | "request", readonly (keyof typeof made)[]][] = [
    ["erin", "request", ["stepped", "denied", "approved"]],
    // Erin is of security as well, and has decided on nothing.
    ["erin", "decision", nobody],
    ["avery", "decision", ["stepped", "approved"]],
    ["avery", "request", nobody],
    ["sam", "decision", ["denied"]],
    ["finn", "decision", ["stepped"]],
    // A member of the step, who did not decide.
    ["fay", "decision", nobody],
    ["zoe", "decision", nobody],
    ["zoe", "request", nobody],
  ];
  it.each(table)("%s has of kind %s: %s", async (person, kind, names) => {
    const shown = await page(person, `kind=${kind}`);
    expect(idsOf(shown)).toEqual(names.map((name) => made[name]));
    expect(shown.next).toBeNull();
  });

  it("shows nobody another's item by its id, whatever their groups or roles", async () => {
    const rights: readonly [Person, keyof typeof made, number][] = [
      ["erin", "approved", 200],
      ["avery", "approved", 200],
      ["sam", "approved", 404],
      ["fay", "stepped", 404],
      ["finn", "stepped", 200],
      ["zoe", "denied", 404],
    ];
    for (const [person, name, status] of rights)
      expect([person, name, (await asked(person, `/v1/history/${made[name]}`)).status]).toEqual([person, name, status]);
    const admin = await asked("zoe", `/v1/history/${made.denied}`, ["admins", "security"]);
    expect(admin).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
    const listed = historyPage.parse((await asked("zoe", "/v1/history?kind=decision", ["admins", "security"])).body);
    expect(listed.lines).toEqual([]);
  });

  it("needs a token, and refuses what it does not know", async () => {
    expect((await fetch(`${stage.ground.url}/v1/history?kind=decision`)).status).toBe(401);
    for (const query of [
      "",
      "kind=all",
      "kind=decision&who=staff:sam",
      "kind=decision&after=x",
      "kind=request&limit=0",
    ])
      expect((await asked("erin", `/v1/history?${query}`)).body).toMatchObject({ error: { code: "bad_request" } });
    expect((await asked("erin", "/v1/history/figures?kind=decision")).status).toBe(400);
  });
});

describe("an item of the history", () => {
  it("says in short what was decided, by whom, why and how fast", async () => {
    const [line] = (await page("sam", "kind=decision")).lines;
    expect(line).toMatchObject({
      kind: "decision",
      state: "denied",
      verdict: "deny",
      tool: "one_other",
      risk: "medium",
      reason: "=HYPERLINK() is no reason",
    });
    expect(line?.tookMs).toBeGreaterThanOrEqual(0);
    const [request] = (await page("erin", "kind=request&search=one_tool")).lines;
    expect(request).toMatchObject({ verdict: "approve", reason: "Matches PAY-2214", state: "executed" });
  });

  it("has the numbers of its entries as the ledger has them, and a checkpoint that covers them", async () => {
    const detail = historyDetail.parse((await asked("avery", `/v1/history/${made.stepped}`)).body);
    const kinds = detail.entries.map(({ kind, own }) => [kind, own]);
    expect(kinds).toEqual([
      ["approval.pending", false],
      ["decision.recorded", true],
      ["approval.approved", false],
      ["approval.claimed", false],
      ["approval.executed", false],
    ]);
    const ledger = stage.ground.ledger();
    for (const { entry, kind } of detail.entries) {
      expect(ledger[entry]?.kind).toBe(kind);
      expect(ledger[entry]?.body).toContain(made.stepped);
    }
    expect(detail.checkpoint?.size).toBeGreaterThan(detail.entries.at(-1)?.entry ?? 0);
    expect(detail.approval).toMatchObject({ id: made.stepped, relation: "approver", state: "executed" });
    const [line] = (await page("avery", "kind=decision&limit=1")).lines;
    expect(line?.entry).toBe(detail.entries[1]?.entry);
  });
});

describe("finding in the history", () => {
  const searches: readonly [string, readonly (keyof typeof made)[]][] = [
    ["search=ONE_", ["denied", "approved"]],
    ["search=target", ["stepped", "denied", "approved"]],
    ["search=pay-2214", ["approved"]],
    ["search=denied", ["denied"]],
    ["search=%25", []],
    ["verdict=deny", ["denied"]],
    ["verdict=none", []],
    ["risk=high", ["stepped"]],
    ["risk=medium&verdict=approve", ["approved"]],
  ];
  it.each(searches)("finds by %s: %s", async (query, names) => {
    expect(idsOf(await page("erin", `kind=request&${query}`))).toEqual(names.map((name) => made[name]));
  });

  it("goes on from a cursor, and finds each item once", async () => {
    const first = await page("erin", "kind=request&limit=2");
    expect(idsOf(first)).toEqual([made.stepped, made.denied]);
    const second = await page("erin", `kind=request&limit=2&after=${first.next ?? ""}`);
    expect(idsOf(second)).toEqual([made.approved]);
  });

  it("counts the last fourteen days", async () => {
    const today = Date.now() - 3_600_000;
    const { body } = await asked("erin", `/v1/history/figures?kind=request&today=${today}`);
    const figures = historyFigures.parse(body);
    expect(figures.total).toEqual({ approved: 2, denied: 1, expired: 0 });
    expect(figures.days.at(-1)).toEqual(figures.total);
    expect(figures.typicalMs).toBeGreaterThanOrEqual(0);
    const yesterday = await asked("erin", `/v1/history/figures?kind=request&today=${today - 86_400_000}`);
    expect(historyFigures.parse(yesterday.body).total).toEqual({ approved: 0, denied: 0, expired: 0 });
  });
});

it("keeps masked values out of the history's tables, as it has none but the masked record", async () => {
  await eventually(() => expect(stage.ran).toContain("h-approved"));
  const db = new DatabaseSync(join(stage.ground.data, "gateway.sqlite"), { readOnly: true });
  const rows = db.prepare("SELECT line, search FROM history").all();
  db.close();
  expect(rows.length).toBeGreaterThan(5);
  // No argument at all: only names, reasons and states.
  expect(JSON.stringify(rows)).not.toContain("h-approved");
});
