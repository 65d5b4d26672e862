import { fc } from "../support/fast-check.ts";
import { expect, it } from "vitest";
import { createStatePushes } from "../../src/client/state-pushes.ts";
import { FollowedState } from "../../src/renderer/followed-state.ts";
import type { ConsoleState } from "../../src/shared/console.ts";
import type { StatePush } from "../../src/shared/state-push.ts";
import { held, signedIn } from "../support/console/states.ts";

const first = signedIn([held({ id: "a" }), held({ id: "b" })]);
const wire = (push: StatePush | null): unknown => JSON.parse(JSON.stringify(push));
const byId = (state: ConsoleState | undefined) => state && [...state.approvals].sort((a, b) => (a.id < b.id ? -1 : 1));

/** A page's end, which asks its owner over a link that answers at once, or not at all. */
function follow(pushes: ReturnType<typeof createStatePushes>, answers = true) {
  const told: ConsoleState[] = [];
  const heard = { asked: 0, failed: 0, lost: 0 };
  const followed = new FollowedState({
    ask: async () => {
      heard.asked += 1;
      if (answers) return { ok: true, value: pushes.whole() };
      return { ok: false, error: { code: "transient", message: "" } };
    },
    tell: (state) => told.push(state),
    fail: () => (heard.failed += 1),
    lose: () => (heard.lost += 1),
  });
  followed.take(wire(pushes.whole()));
  return { followed, told, heard };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

it("keeps every object that a push does not name, so that nothing is drawn anew for it", () => {
  const pushes = createStatePushes(first);
  const { followed, told } = follow(pushes);
  const [, b] = first.approvals;
  const next = { ...first, approvals: [held({ id: "a", revision: 9 }), ...(b ? [b] : [])] };
  followed.take(wire(pushes.next(next)));
  followed.take(wire(pushes.next({ ...next, pause: { untilMs: null } })));
  const [before, changed, paused] = told;
  expect(changed?.approvals[1]).toBe(before?.approvals[1]);
  expect(changed?.approvals[0]?.revision).toBe(9);
  expect(changed?.gateway).toBe(before?.gateway);
  expect(paused?.approvals).toBe(changed?.approvals);
  expect(paused?.pause).toEqual({ untilMs: null });
});

it("asks for the whole where a push is missing, and takes none twice", async () => {
  const pushes = createStatePushes(first);
  const { followed, told, heard } = follow(pushes);
  const second = wire(pushes.next({ ...first, approvals: [] }));
  const third = wire(pushes.next(signedIn([held({ id: "c" })])));
  followed.take(third);
  expect(told).toHaveLength(1);
  await settled();
  expect(heard.asked).toBe(1);
  expect(byId(told.at(-1))).toMatchObject([{ id: "c" }]);
  followed.take(second);
  followed.take(third);
  expect(told).toHaveLength(2);
});

it("says that the link is lost where the whole is not to be had, and fails on what cannot be read", async () => {
  const pushes = createStatePushes(first);
  const { followed, told, heard } = follow(pushes, false);
  pushes.next(signedIn([]));
  followed.take(wire(pushes.next(first)));
  await settled();
  expect(heard).toEqual({ asked: 1, failed: 0, lost: 1 });
  for (const noise of [null, "state", { kind: "change" }, { kind: "whole", revision: 0, state: {} }])
    followed.take(noise);
  expect(heard.failed).toBe(4);
  expect(told).toHaveLength(1);
});

it("ends with the owner's state, whatever is lost, doubled or overtaken before the last push", async () => {
  const ids = fc.subarray(["a", "b", "c", "d", "e"]);
  const step = fc.record({ ids, revision: fc.nat(3), isPaused: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.nat(3)),
      async (steps, ways) => {
        const pushes = createStatePushes(first);
        const { followed, told } = follow(pushes);
        let owner = first;
        let late: unknown[] = [];
        for (const { ids: wanted, revision, isPaused } of steps) {
          const kept = new Map(owner.approvals.map((approval) => [`${approval.id} ${approval.revision}`, approval]));
          const approvals = wanted.map((id) => kept.get(`${id} ${revision}`) ?? held({ id, revision }));
          owner = { ...owner, approvals, pause: isPaused ? { untilMs: 1 } : null };
          const push = pushes.next(owner);
          if (push === null) continue;
          const way = ways.next().value ?? 0;
          if (way === 1) followed.take(wire(push));
          if (way === 2) late = [...late, wire(push)];
          if (way >= 1) followed.take(wire(push));
          if (way === 3) for (const each of late.splice(0)) followed.take(each);
          await settled();
        }
        owner = { ...owner, ledger: { code: "internal", message: "last" } };
        followed.take(wire(pushes.next(owner)));
        await settled();
        expect({ ...told.at(-1), approvals: byId(told.at(-1)) }).toEqual({ ...owner, approvals: byId(owner) });
      },
    ),
  );
});
