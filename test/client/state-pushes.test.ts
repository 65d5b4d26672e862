import { expect, it } from "vitest";
import { createStatePushes } from "../../src/client/state-pushes.ts";
import { statePush } from "../../src/shared/state-push.ts";
import { held, signedIn } from "../support/console/states.ts";

const of = (...ids: string[]) => ids.map((id) => held({ id }));
const state = signedIn(of("a", "b", "c"));

it("tells the whole once, and then what has changed alone", () => {
  const pushes = createStatePushes(state);
  expect(pushes.whole()).toEqual({ kind: "whole", revision: 0, state });
  const [a, b, c] = state.approvals;
  const denied = { ...held({ id: "b" }), state: "denied" as const };
  const fresh = held({ id: "d" });
  const next = { ...state, approvals: [fresh, ...(a ? [a] : []), denied] };
  expect(b).toBeDefined();
  expect(c).toBeDefined();
  expect(pushes.next(next)).toEqual({
    kind: "change",
    revision: 1,
    parts: {},
    approvals: { put: [fresh, denied], gone: ["c"] },
  });
  const later = { ...next, gateway: { ...next.gateway, link: "offline" as const } };
  expect(pushes.next(later)).toEqual({
    kind: "change",
    revision: 2,
    parts: { gateway: later.gateway },
    approvals: null,
  });
  expect(pushes.whole()).toEqual({ kind: "whole", revision: 2, state: later });
});

it("says nothing where everything is the same, made anew or not", () => {
  const pushes = createStatePushes(state);
  expect(pushes.next(state)).toBeNull();
  expect(pushes.next({ ...structuredClone(state), approvals: [...state.approvals] })).toBeNull();
  expect(pushes.whole().revision).toBe(0);
});

it("tells the whole where most of it is another", () => {
  const pushes = createStatePushes(state);
  const many = { ...state, approvals: Array.from({ length: 30 }, (_, n) => held({ id: `m${n}` })) };
  expect(pushes.next(many)).toEqual({ kind: "whole", revision: 1, state: many });
});

it("tells nothing but what its schema takes", () => {
  const pushes = createStatePushes(state);
  const pause = { untilMs: 5 };
  const told = [pushes.whole(), pushes.next({ ...state, pause, approvals: of("x") }), pushes.next(signedIn([]))];
  for (const push of told) expect(statePush.parse(JSON.parse(JSON.stringify(push)))).toEqual(push);
});
