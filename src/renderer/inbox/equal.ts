import { needsReason, type ApprovalView, type MaskedPayload } from "../../shared/approval.ts";
import { openStep, waitsForReader } from "../../shared/approval-steps.ts";
import { canonical } from "../../shared/json.ts";
import { needsNumber } from "./demands.ts";

type Group = readonly ApprovalView[];

/**
 * Those that may be approved with this one by one press, itself among them; none where it may not. Equal are requests of low risk, by one
 * principal, for one tool as it is declared, under one rule and in the same step, whose shown payloads are the same: what is hidden may differ.
 */
export function equalTo(approval: ApprovalView, all: Group): Group {
  if (!mayBeTogether(approval)) return [];
  const near = nearIn(all).get(nearKey(approval)) ?? [];
  if (near.length < 2) return [];
  const equal = sameIn(near).get(shownKey(approval)) ?? [];
  return equal.length < 2 ? [] : equal;
}

function mayBeTogether(approval: ApprovalView): boolean {
  return approval.risk === "low" && !needsReason(approval) && !needsNumber(approval) && waitsForReader(approval);
}

/** Sorted out once a list, however many rows ask; payloads, which cost more to compare, only among those that differ in nothing else. */
const nearIn = sortedOut((all) => all.filter(mayBeTogether), nearKey);
const sameIn = sortedOut((near) => near, shownKey);

function sortedOut(of: (list: Group) => Group, keyOf: (approval: ApprovalView) => string) {
  const known = new WeakMap<Group, ReadonlyMap<string, Group>>();
  return (list: Group): ReadonlyMap<string, Group> => {
    const before = known.get(list);
    if (before !== undefined) return before;
    const groups = new Map<string, ApprovalView[]>();
    for (const approval of of(list)) {
      const others = groups.get(keyOf(approval));
      if (others) others.push(approval);
      else groups.set(keyOf(approval), [approval]);
    }
    known.set(list, groups);
    return groups;
  };
}

/** An approval is never changed in place, and stays the same object while others come and go: each is read once. */
function readOnce<K extends object>(read: (from: K) => string): (from: K) => string {
  const known = new WeakMap<K, string>();
  return (from) => {
    const before = known.get(from);
    if (before !== undefined) return before;
    const key = read(from);
    known.set(from, key);
    return key;
  };
}

const keyOfRest = readOnce((approval: ApprovalView) => {
  const { requester, connection, tool, fingerprint, rule } = approval;
  const step = openStep(approval);
  return JSON.stringify([requester.id, connection, tool, fingerprint, step, rule.name, rule.version]);
});

function nearKey(approval: ApprovalView): string {
  return keyOfRest(approval);
}

const keyOfPayload = readOnce((payload: MaskedPayload) =>
  canonical({
    arguments: payload.arguments,
    hidden: payload.hidden.map(({ path, kind }) => ({ path, kind })),
  }),
);

function shownKey({ payload }: ApprovalView): string {
  return keyOfPayload(payload);
}
