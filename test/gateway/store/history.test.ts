import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import type { HistoryPlace } from "../../../src/gateway/store/history.ts";
import type { DecisionRecord, Store } from "../../../src/gateway/store/store.ts";
import { approval, scratch } from "./scratch.ts";

const ada = "demo:ada";

function decisionBy(id: string, atMs: number, verdict: "approve" | "deny"): DecisionRecord {
  const by = { id, kind: "user", name: id, groups: ["approvers"] } as const;
  return {
    verdict,
    reason: `reason ${atMs}`,
    by: { ...by, groups: [...by.groups] },
    device: "d",
    presence: "cli",
    atMs,
    step: 1,
    person: id,
    jws: `j${atMs}`,
  };
}

/** Many requests of Ada's, every tenth denied by Sam, all others expired. */
async function filled(store: Store, many: number): Promise<void> {
  await store.commit((writes) => {
    for (let n = 0; n < many; n += 1) {
      const decision = n % 10 === 0 ? decisionBy("demo:sam", n * 1000 + 500, "deny") : null;
      const { step: _step, person: _person, jws: _jws, ...shown } = decision ?? decisionBy("", 0, "deny");
      writes.approvals.put(
        approval(`apr_${String(n).padStart(5, "0")}`, {
          createdAtMs: n * 1000,
          state: decision === null ? "expired" : "denied",
          tool: n === 7 ? "needle" : "write_file",
          decisions: decision === null ? [] : [decision],
          decision: decision === null ? null : shown,
        }),
      );
    }
  });
}

function all(store: Store, who: readonly string[], search: string, most = 100) {
  const ids: string[] = [];
  let looks = 0;
  let after: HistoryPlace | null = null;
  do {
    const page: ReturnType<Store["history"]["lines"]> = store.history.lines(
      who,
      { kind: "request", search },
      after,
      most,
    );
    ids.push(...page.lines.map(({ id }) => id));
    after = page.next;
    looks += 1;
  } while (after !== null);
  return { ids, looks };
}

it("pages through thousands, newest first, each once, also under two identities", async () => {
  const { open } = await scratch();
  const store = await open();
  await filled(store, 2500);
  const found = all(store, [ada, "demo:other"], "");
  expect(found.ids).toHaveLength(2500);
  expect(found.ids).toEqual(found.ids.toSorted().toReversed());
});

it("looks through a bounded number of lines at a time, and says where to go on", async () => {
  const { open } = await scratch();
  const store = await open();
  await filled(store, 2500);
  const first = store.history.lines([ada], { kind: "request", search: "needle" }, null, 100);
  expect(first.lines).toEqual([]);
  expect(first.next).not.toBeNull();
  expect(all(store, [ada], "needle")).toEqual({ ids: ["apr_00007"], looks: 2 });
});

it("merges the histories of two identities by time without loss", async () => {
  const { open } = await scratch();
  const store = await open();
  await store.commit((writes) => {
    for (let n = 0; n < 50; n += 1) {
      const id = n % 3 === 0 ? "demo:b" : ada;
      const requester = { id, kind: "user", name: id, groups: [] } as const;
      writes.approvals.put(
        approval(`apr_${n + 100}`, { createdAtMs: n, state: "expired", requester: { ...requester, groups: [] } }),
      );
    }
  });
  for (const most of [1, 7, 50]) {
    const { ids } = all(store, [ada, "demo:b"], "", most);
    expect(ids).toEqual(Array.from({ length: 50 }, (_, n) => `apr_${149 - n}`));
  }
});

it("follows an approval as it changes, in one line", async () => {
  const { open } = await scratch();
  const store = await open();
  const pending = approval("apr_1", { createdAtMs: 5 });
  await store.commit((writes) => writes.approvals.put(pending));
  const decision = decisionBy("demo:sam", 9, "approve");
  const { step: _step, person: _person, jws: _jws, ...shown } = decision;
  await store.commit((writes) =>
    writes.approvals.put({ ...pending, state: "approved", decision: shown, decisions: [decision] }),
  );
  const { lines } = store.history.lines([ada], { kind: "request" }, null, 10);
  expect(lines).toMatchObject([{ id: "apr_1", state: "approved", verdict: "approve", tookMs: 4 }]);
});

it("counts days, verdicts and the median time by the reader's own day", async () => {
  const { open } = await scratch();
  const store = await open();
  await filled(store, 100);
  const { total, typicalMs, days } = store.history.figures([ada], "request", 0);
  expect(total).toEqual({ approved: 0, denied: 10, expired: 90 });
  expect(days.at(-1)).toEqual(total);
  expect(typicalMs).toBe(500);
  expect(store.history.figures([ada], "request", 86_400_000).days.at(-2)).toEqual(total);
  expect(store.history.figures([ada], "request", 86_400_000 * 14).total.denied).toBe(0);
  expect(store.history.figures(["demo:sam"], "decision", 0).total.denied).toBe(10);
});

it("fills a store of before from its approvals and its ledger, once", async () => {
  const { open, data } = await scratch();
  const store = await open();
  await filled(store, 30);
  await store.commit((writes) => writes.append("approval.pending", { approval: "apr_00007" }));
  const entries = store.history.entries("apr_00007");
  expect(entries).toHaveLength(1);
  await store.close();
  const db = new DatabaseSync(join(data, "gateway.sqlite"));
  db.exec("DROP TABLE history; DROP TABLE approval_entries");
  db.close();
  const again = await open();
  expect(all(again, [ada], "").ids).toHaveLength(30);
  expect(again.history.entries("apr_00007")).toEqual(entries);
  await again.close();
  const twice = await open();
  expect(all(twice, [ada], "").ids).toHaveLength(30);
});
