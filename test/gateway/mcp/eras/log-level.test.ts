import { describe, expect, it } from "vitest";
import { isLoudEnough, LogLevel } from "../../../../src/gateway/mcp/eras/log-level.ts";
import type { JsonObject } from "../../../../src/shared/json.ts";
import type { RpcMessage } from "../../../../src/shared/target.ts";

describe("log messages of a legacy target", () => {
  it.for<readonly [string, string | undefined, boolean]>([
    ["info", undefined, false],
    ["info", "info", true],
    ["debug", "info", false],
    ["emergency", "debug", true],
    ["shout", "debug", false],
    ["info", "shout", false],
  ])("of %s reach a client that asked for %s: %s", ([level, wanted, reaches]) => {
    expect(isLoudEnough(level, wanted)).toBe(reaches);
  });

  it("are asked for at the lowest level that any call wants, and only of a target that has them", async () => {
    const asked: JsonObject[] = [];
    const ask = async (_method: string, params: JsonObject): Promise<RpcMessage> => {
      asked.push(params);
      return { jsonrpc: "2.0", id: 1, result: {} };
    };
    const level = new LogLevel({ logging: {} }, ask);
    for (const wanted of ["warning", undefined, "error", "info", "info"]) await level.hear(wanted);
    expect(asked).toEqual([{ level: "warning" }, { level: "info" }]);
    await new LogLevel({}, ask).hear("debug");
    expect(asked).toHaveLength(2);
  });
});
