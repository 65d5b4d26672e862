import { describe, expect, it } from "vitest";
import { budgetOf, waitsWithProgress } from "../../../src/gateway/mcp/budgets.ts";
import { readRound, writeRound } from "../../../src/gateway/mcp/rounds.ts";

const usual = { budget: 50_000, budgets: {} };

describe("how long a client is held", () => {
  it.each<[string, boolean, number]>([
    ["sdk-v1", false, 50_000],
    ["sdk-v1", true, 50_000], // that it asks for progress does not say that it begins anew with it
    ["", true, 50_000],
    ["claude-ai", false, 50_000],
    ["claude-code", false, 280_000],
    ["claude-code", true, 3_600_000],
    ["Claude-Code (via mcp-remote 0.1.31)", true, 3_600_000],
    ["Visual Studio Code", false, 280_000],
    ["Visual Studio Code - Insiders", false, 280_000],
    ["gemini-cli-mcp-client", true, 580_000],
    ["opencode", true, 50_000],
    ["my claude-code", true, 50_000], // a prefix, nothing else
  ])("%j, asking for progress: %j", (name, progress, ms) => {
    expect(budgetOf(name, progress, usual)).toBe(ms);
  });

  it("is what gateway.yaml says: the longest prefix, before what is known, whether it asks for progress or not", () => {
    const settings = { budget: 10_000, budgets: { claude: 1000, "Claude-Code": 2000 } };
    expect(budgetOf("claude-code (via bridge 1)", true, settings)).toBe(2000);
    expect(budgetOf("claude-ai", false, settings)).toBe(1000);
    expect(budgetOf("other", false, settings)).toBe(10_000);
    expect(waitsWithProgress("claude-code", settings)).toBe(false);
    expect(waitsWithProgress("claude-code", usual)).toBe(true);
  });
});

describe("a request state", () => {
  const round = { approval: "apr_AAAAAAAAAAAAAAAA", done: 3 };

  it("comes back as it was given, for the very same call", () => {
    const state = writeRound(round, "lookup-of-this-call", digest);
    expect(readRound(state, "lookup-of-this-call", digest)).toEqual(round);
    expect(readRound(state, "lookup-of-other-call", digest)).toBeNull();
  });

  it.each([null, 1, {}, [], "", "countersign.", "countersign.apr_AAAAAAAAAAAAAAAA.3.", "x".repeat(5000)])(
    "is nothing else: %j",
    (state) => expect(readRound(state, "lookup-of-this-call", digest)).toBeNull(),
  );
});

/** Stands for the gateway's keyed digest: another value, another text of the same length. */
function digest(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url").slice(-43);
}
