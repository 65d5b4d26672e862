import { describe, expect, it } from "vitest";
import { Patience } from "../../src/agent/patience.ts";
import type { TargetMessage } from "../../src/shared/target.ts";
import { collect, rpc } from "./collect.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function* saying(ms: number, ...messages: TargetMessage["message"][]): AsyncGenerator<TargetMessage> {
  await pause(ms);
  for (const message of messages) yield { message };
}

describe("the patience with a stdio target", () => {
  it("ends with its silence", async () => {
    await expect(collect(new Patience(50).bear(saying(5000)))).rejects.toMatchObject({ reason: "timeout" });
  });

  it("does not count the time in which it waits for the client, wherever it asked, and begins anew with the answer", async () => {
    const patience = new Patience(300);
    const call = collect(patience.bear(saying(900, { jsonrpc: "2.0", id: 1, result: {} })));
    await collect(patience.note(saying(0, rpc("q", "elicitation/create"))));
    await pause(700);
    patience.answered({ jsonrpc: "2.0", id: "q", result: {} });
    expect(await call).toHaveLength(1);
  });
});
