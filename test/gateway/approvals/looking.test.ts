import { beforeEach, describe, expect, it } from "vitest";
import { Looking, type Onlooker } from "../../../src/gateway/approvals/looking.ts";
import type { Principal } from "../../../src/gateway/identity/principal.ts";
import type { ApprovalRecord } from "../../../src/gateway/store/store.ts";
import type { FeedFrame } from "../../../src/shared/feed.ts";
import { approval } from "../store/scratch.ts";

const record = { ...approval("apr_1"), revision: 1 };
const [group] = record.steps[0]?.approvers ?? [];

function principal(name: string, changed: Partial<Principal> = {}): Principal {
  return {
    id: `staff:${name}`,
    kind: "user",
    name,
    groups: [group ?? ""],
    issuer: "staff",
    person: `staff:${name}`,
    roles: [],
    clientId: "app",
    expiresAtMs: 0,
    authenticatedAtMs: null,
    ...changed,
  };
}

let records: Map<string, ApprovalRecord>;
let looking: Looking;
let nowMs: number;
beforeEach(() => {
  records = new Map([[record.id, record]]);
  nowMs = 1_000_000;
  looking = new Looking(records, () => nowMs);
});

/** A console whose frames are kept, and which has said that it shows nothing. */
function enters(who: Principal): Onlooker & { readonly heard: FeedFrame[] } {
  const heard: FeedFrame[] = [];
  const onlooker = { principal: who, heard, tell: (frame: FeedFrame) => void heard.push(frame) };
  looks(onlooker, null);
  return onlooker;
}
const looks = (onlooker: Onlooker, id: string | null) =>
  looking.hear(onlooker, JSON.stringify({ type: "looking", approval: id }));
const last = ({ heard }: { readonly heard: readonly FeedFrame[] }) => {
  const frame = heard.at(-1);
  return frame?.type === "looking" ? frame.by : undefined;
};

describe("who has a request open", () => {
  it("is told to everybody who sees it, and to nobody else; not to their own other window", () => {
    const [ada, bo, stranger] = [
      enters(principal("ada")),
      enters(principal("bo")),
      enters(principal("eve", { groups: [] })),
    ];
    const [requester, auditor] = [
      enters(principal("req", { groups: [], person: record.person })),
      enters(principal("audrey", { groups: [], roles: ["auditor"] })),
    ];
    const again = enters(principal("ada"));
    looks(ada, record.id);
    for (const each of [bo, requester, auditor]) expect(last(each)).toEqual(["ada"]);
    expect([last(ada), last(again)]).toEqual([[], []]);
    looks(again, record.id);
    expect(last(bo)).toEqual(["ada"]);
    expect(stranger.heard).toEqual([]);
    const late = enters(principal("cy"));
    expect(last(late)).toEqual(["ada"]);
    looking.leave(again);
    looks(ada, null);
    expect(last(bo)).toEqual([]);
  });

  it("are those alone who could decide: a requester, an auditor or a stranger who says so is not shown", () => {
    const ada = enters(principal("ada"));
    for (const who of [
      principal("req", { person: record.person }),
      principal("audrey", { groups: [], roles: ["auditor"] }),
      principal("eve", { groups: [] }),
    ])
      expect(looks(enters(who), record.id)).toBe(true);
    expect(ada.heard).toEqual([]);
  });

  it("is nobody for a request that has ended, or is not known", () => {
    const [ada, bo] = [enters(principal("ada")), enters(principal("bo"))];
    looks(ada, "apr_none");
    looks(ada, record.id);
    const ended: ApprovalRecord = { ...record, state: "denied", revision: 2 };
    records.set(record.id, ended);
    looking.changed(ended);
    const told = bo.heard.length;
    looks(ada, null);
    looks(ada, record.id);
    expect(bo.heard).toHaveLength(told);
  });

  it("is not heard from who says anything else, or too much", () => {
    const ada = enters(principal("ada"));
    for (const text of ["", "{}", "null", '{"type":"looking"}', '{"type":"looking","approval":1}', "[[["])
      expect(looking.hear(ada, text)).toBe(false);
    const bo = enters(principal("bo"));
    for (let said = 1; said < 10; said += 1) expect(looks(bo, null)).toBe(true);
    expect(looks(bo, null)).toBe(false);
    nowMs += 1000;
    expect(looks(bo, null)).toBe(true);
    nowMs -= 3_600_000;
    for (let said = 0; said < 10; said += 1) expect(looks(bo, null)).toBe(true);
  });
});
