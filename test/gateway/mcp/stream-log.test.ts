import { expect, it } from "vitest";
import { StreamLogs } from "../../../src/gateway/mcp/stream-log.ts";
import type { RpcMessage } from "../../../src/shared/target.ts";

const note: RpcMessage = { jsonrpc: "2.0", method: "notifications/message", params: { data: "x".repeat(100_000) } };

it("keeps nothing of a stream that has outgrown its place, however long it goes on", () => {
  const logs = new StreamLogs();
  const log = logs.open();
  for (let said = 0; said < 100; said += 1) {
    log.push(note);
    logs.trim();
  }
  expect(log.kept).toBe(0);
  expect(log.dropped).toBe(true);
});

it("goes on numbering what it keeps no more, so that no two events have one id", () => {
  const logs = new StreamLogs();
  const log = logs.open();
  const ids = Array.from({ length: 30 }, () => {
    const text = log.push(note);
    logs.trim();
    return text.split("\n", 1)[0];
  });
  expect(new Set(ids).size).toBe(30);
});

it("ends for whoever had taken it up again", async () => {
  const logs = new StreamLogs();
  const log = logs.open();
  log.prime(undefined);
  const rest = log.after(0, new AbortController().signal).next();
  for (let said = 0; said < 11; said += 1) log.push(note);
  logs.trim();
  expect(await rest).toEqual({ value: undefined, done: true });
});
