import { describe, expect, it } from "vitest";
import { AnswerSize } from "../../../src/gateway/mcp/answer-size.ts";
import type { RpcMessage } from "../../../src/shared/target.ts";

const progress = (text: string): RpcMessage => ({
  jsonrpc: "2.0",
  method: "notifications/message",
  params: { data: text },
});
const question: RpcMessage = { jsonrpc: "2.0", id: 9, method: "roots/list" };
const response: RpcMessage = { jsonrpc: "2.0", id: 1, result: "é" };
const bytes = (message: RpcMessage): number => Buffer.byteLength(JSON.stringify(message));

describe("the size of an answer", () => {
  it.each<[string, number, boolean]>([
    ["as large as it may be", 0, true],
    ["one byte larger", -1, false],
  ])("that is %s", async (_what, more, passes) => {
    const said = progress("abc");
    const mostBytes = bytes(said) + bytes(response) + more;
    const size = new AnswerSize({ rule: "r", mostBytes });
    expect(await size.takes(said)).toBe(true);
    const { response: last, tooLarge } = await size.last(response, [{ path: ["result"], kind: "field" }], 1);
    expect(last === response).toBe(passes);
    expect(tooLarge).toEqual(passes ? undefined : { rule: "r", bytes: mostBytes - more, mostBytes });
  });

  it("lets a question go on that makes it too large, as its target waits, and nothing after it", async () => {
    const size = new AnswerSize({ rule: "r", mostBytes: 10 });
    expect(await size.takes(question)).toBe(true);
    expect(size.over).toBe(true);
    expect(await size.takes(progress("abc"))).toBe(false);
  });

  it("is not measured where the rule says nothing of it", async () => {
    const size = new AnswerSize(undefined);
    expect(await size.takes(progress("x".repeat(100_000)))).toBe(true);
    expect(await size.last(response, [], 1)).toEqual({ response, hidden: [] });
    expect(size.over).toBe(false);
  });

  it("is the same where it is long enough to be measured in slices", async () => {
    const said = progress("é\n".repeat(200_000));
    for (const [more, passes] of [
      [0, true],
      [-1, false],
    ] as const) {
      const size = new AnswerSize({ rule: "r", mostBytes: bytes(said) + more });
      expect(await size.takes(said)).toBe(passes);
    }
  });
});
