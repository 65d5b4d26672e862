import { describe, expect, it } from "vitest";
import { usualDetectors } from "../../../src/gateway/masking/kinds.ts";
import { createMasker } from "../../../src/gateway/masking/masker.ts";
import { passOn } from "../../../src/gateway/mcp/forward.ts";
import type { TargetMessage } from "../../../src/shared/target.ts";

const masker = createMasker({ detectors: usualDetectors.map((name) => ({ name, mode: "redact" })), fields: [] });

describe("what a target says beside its answer", () => {
  it("lets other calls go on while a large notification is masked", async () => {
    const params = { level: "info", data: Array<string>(200_000).fill("4111 1111 1111 1111") };
    const passed: TargetMessage[] = [];
    let turns = 0;
    let over = false;
    const turn = (): void => {
      turns += 1;
      if (!over) setImmediate(turn);
    };
    setImmediate(turn);
    await passOn(
      { masker, onMessage: async (message) => void passed.push(message), onAsked: async () => null },
      { message: { jsonrpc: "2.0", method: "notifications/message", params } },
    );
    over = true;
    expect(turns).toBeGreaterThan(10);
    expect(JSON.stringify(passed)).not.toContain("4111");
  });
});
