import { describe, expect, test } from "vitest";
import { asRpcMessage, kindOf } from "../../src/shared/message.ts";

describe("the JSON-RPC guards", () => {
  test.for<[string, object]>([
    ["request", { jsonrpc: "2.0", id: 1, method: "ping" }],
    ["request", { jsonrpc: "2.0", id: "a", method: "ping", params: {} }],
    ["notification", { jsonrpc: "2.0", method: "notifications/x" }],
    ["response", { jsonrpc: "2.0", id: 1, result: {} }],
    ["response", { jsonrpc: "2.0", id: null, error: { code: -32700, message: "?" } }],
  ])("take a %s: %j", ([kind, value]) => {
    const message = asRpcMessage(value);
    expect(message && kindOf(message)).toBe(kind);
  });

  test.for([
    null,
    1,
    [],
    {},
    { jsonrpc: "1.0", id: 1, method: "x" },
    { jsonrpc: "2.0" },
    { jsonrpc: "2.0", id: 1 },
    { jsonrpc: "2.0", id: null, method: "x" },
    { jsonrpc: "2.0", id: 1.5, method: "x" },
    { jsonrpc: "2.0", id: 1, method: 5 },
    { jsonrpc: "2.0", id: 1, method: "x", result: {} },
    { jsonrpc: "2.0", id: 1, result: {}, error: {} },
    { jsonrpc: "2.0", id: null, result: {} },
  ])("refuse %j", (value) => {
    expect(asRpcMessage(value)).toBeNull();
  });
});
