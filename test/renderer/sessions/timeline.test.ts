import { describe, expect, it } from "vitest";
import { KnownCalls } from "../../../src/gateway/audit/known-calls.ts";
import { offsetText } from "../../../src/renderer/sessions/offset.ts";
import { scaleOf, spansOf } from "../../../src/renderer/sessions/timeline.ts";
import type { Moment } from "../../../src/shared/audit-sessions.ts";
import type { JsonObject } from "../../../src/shared/json.ts";

function momentsOf(entries: readonly (readonly [atMs: number, kind: string, body: JsonObject])[]): readonly Moment[] {
  const known = new KnownCalls();
  return entries.map(([atMs, kind, body], entry) => {
    return { entry, atMs, kind, facts: known.take(kind, body), body: { state: "whole", value: body } };
  });
}

describe("a session's line", () => {
  it("is to scale, but folds long pauses and takes a clock that was set back as no time", () => {
    const { at, folds } = scaleOf([1000, 3000, 63_000, 62_000, 65_000].map((atMs) => ({ atMs })));
    expect(at).toEqual([0, 0.2, 0.7, 0.7, 1]);
    expect(folds).toEqual([{ at: 0.45, ms: 60_000 }]);
  });

  it("has room for one moment, and for none", () => {
    expect(scaleOf([{ atMs: 5 }])).toEqual({ at: [0], folds: [] });
    expect(scaleOf([])).toEqual({ at: [], folds: [] });
  });

  it("shows calls from request to answer, what they waited for, how they ended, and beside each other where they overlap", () => {
    const moments = momentsOf([
      [0, "call.request", { call: "a", effect: "approve" }],
      [1000, "approval.pending", { call: "a", approval: "p" }],
      [2000, "call.request", { call: "b", effect: "allow" }],
      [3000, "call.response", { call: "b", outcome: "error" }],
      [4000, "approval.denied", { approval: "p" }],
      [4500, "call.response", { call: "a", outcome: "denied", approval: "p" }],
      [4600, "call.refused", { call: "c" }],
      [4800, "call.request", { call: "d", effect: "allow" }],
      [5000, "call.response", { call: "nobody knows", outcome: "ok" }],
    ]);
    const spans = spansOf(moments, scaleOf(moments)).map(({ call, from, to, held, end, lane }) => {
      return [call, from * 5000, to * 5000, held && [held.from * 5000, held.to * 5000], end, lane];
    });
    expect(spans).toEqual([
      ["a", 0, 4500, [1000, 4000], "denied", 0],
      ["b", 2000, 3000, null, "failed", 1],
      ["c", 4600, 4600, null, "denied", 0],
      ["d", 4800, 5000, null, "open", 0],
    ]);
  });

  it("tells times since its beginning", () => {
    expect([0, 61_005, 3_725_000, -1500].map(offsetText)).toEqual(["0:00.000", "1:01.005", "1:02:05", "−0:01.500"]);
  });
});
