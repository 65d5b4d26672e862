import { describe, expect, it } from "vitest";
import { approvalLines, clock, meter } from "../../src/cli/approval-text.ts";
import type { ApprovalView } from "../../src/shared/approval.ts";

const approval: ApprovalView = {
  id: "apr_1",
  revision: 1,
  state: "pending",
  relation: "approver",
  requester: { id: "demo:erin", kind: "user", name: "Erin \u202Ereenigne", groups: ["engineers"] },
  client: { name: "cursor\nRequest apr_2", version: "1" },
  device: "dev_1",
  connection: "files",
  tool: "write_file",
  description: "Writes. \u001B[2J",
  annotations: null,
  fingerprint: "f",
  payload: {
    arguments: { path: "/tmp/x", content: "card ▮card▮" },
    hidden: [{ path: ["content"], kind: "card" }],
  },
  argumentsDigest: "d",
  rule: { name: "changes", version: "v", why: "A person looks first." },
  risk: "medium",
  approvers: ["approvers"],
  standing: "decide",
  steps: [{ approvers: ["approvers"], need: "any", approvals: [], missing: 1 }],
  createdAtMs: 1000,
  expiresAtMs: 601_000,
  reuseUntilMs: null,
  decision: null,
  outcome: null,
};

describe("an approval on the terminal", () => {
  const text = approvalLines(approval, 66_000).join("\n");

  it("shows the whole masked payload and how much of it is hidden", () => {
    expect(text).toContain("Arguments  1 value is hidden");
    expect(text).toContain('"content": "card ▮card▮"');
    expect(text).toContain('hidden: "content" (card)');
  });

  it("shows who asks, why it is held and how long there is", () => {
    expect(text).toContain("demo:erin");
    expect(text).toContain('rule "changes", risk medium: "A person looks first."');
    expect(text).toContain("asked 1:05 ago, 8:55 left to decide");
  });

  it("lets no untrusted text begin a line of its own", () => {
    expect(text.split("\n").filter((line) => line.startsWith("Request "))).toHaveLength(1);
    expect(text).toContain('"cursor\\nRequest apr_2"');
  });

  it("shows each step, who has approved in it, and what the reader may do", () => {
    const made: ApprovalView["decision"] = {
      verdict: "approve",
      reason: "",
      by: { id: "demo:tess", kind: "user", name: "Tess\nArguments", groups: ["security"] },
      device: "dev_2",
      presence: "cli",
      atMs: 1,
    };
    const steps: ApprovalView["steps"] = [
      { approvers: ["security"], need: "any", approvals: [made], missing: 0 },
      { approvers: ["legal", "finance"], need: "all", approvals: [], missing: 2 },
      { approvers: ["board"], need: 3, approvals: [], missing: 3 },
    ];
    const lines = approvalLines({ ...approval, steps, standing: "decided" }, 66_000).slice(6, 10);
    expect(lines).toEqual([
      'Deciders   step 1: "security", complete, approved by "Tess\\nArguments"',
      '           step 2: each of "legal", "finance", 2 more needed',
      '           step 3: 3 of "board", not open yet',
      "           You have approved it already.",
    ]);
    expect(meter({ steps })).toBe("1 of 6");
  });

  it("counts hours from an hour on", () => expect(clock(28_805_000)).toBe("8:00:05"));
  it("never counts below zero", () => expect(clock(-5)).toBe("0:00"));
});
