import { afterAll, beforeAll, expect, it } from "vitest";
import { startFixture } from "../../conformance/fixture.ts";
import { openWays, type Ways } from "../../conformance/ways.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { openSession, SseReader } from "../mcp/legacy-session.ts";

// Conformance compares verdicts; this compares what is on the wire, where an agent process could lose a sign of the stream.
let fixture: Awaited<ReturnType<typeof startFixture>>;
let ways: Ways;
beforeAll(async () => {
  fixture = await startFixture();
  const http = { url: fixture.url };
  ways = await openWays([{ name: "embedded", http }], [{ name: "remote", http }]);
});
afterAll(async () => {
  await ways.close();
  await fixture.close();
});

/** What a client sees of one call: the answer's events up to its end, and where it broke off, what came when it was taken up again. */
async function seen(connection: string, tool: string): Promise<readonly JsonObject[]> {
  // The way adds the token, and leads to this connection whatever the path.
  const url = new URL(await ways.gateway(connection)).origin;
  const session = await openSession({ url }, "", {});
  await session.post({ jsonrpc: "2.0", method: "notifications/initialized" });
  const params = { name: tool, arguments: {}, _meta: { progressToken: "p" } };
  const answer = await session.post({ jsonrpc: "2.0", id: 7, method: "tools/call", params });
  const first = await events(new SseReader(answer));
  const ended = first.some(({ message }) => (message as JsonObject | null)?.id === 7);
  const last = first.at(-1)?.id;
  if (ended || typeof last !== "string") return first.map(nameless);
  const resumed = await session.get({ "last-event-id": last });
  return [...first.map(nameless), { broke: true }, ...(await events(new SseReader(resumed), 1)).map(nameless)];
}

async function events(reader: SseReader, most = Infinity): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = [];
  for (let next = await reader.event(); next !== null; next = await reader.event()) {
    const { id = null, retry = null, data = "" } = next;
    found.push({ id, retry, message: data === "" ? null : (JSON.parse(data) as JsonObject) });
    if (found.length >= most) break;
  }
  reader.cancel();
  return found;
}

/** Ids are the gateway's own and never the same. */
function nameless({ id, ...event }: JsonObject): JsonObject {
  return { named: id !== null, ...event };
}

it("an answer whose stream its target closes and takes up again looks the same through an agent process", async () => {
  const direct = await seen("embedded", "test_reconnection");
  expect(direct).toMatchObject([
    { named: true, retry: "500", message: null },
    { broke: true },
    { message: { id: 7, result: { content: [{ text: expect.stringContaining("completed") }] } } },
  ]);
  expect(await seen("remote", "test_reconnection")).toEqual(direct);
});

it("progress comes before its response, event by event, as without", async () => {
  const direct = await seen("embedded", "test_tool_with_progress");
  expect(direct.filter(({ message }) => (message as JsonObject | null)?.method !== undefined)).toHaveLength(3);
  expect(direct.at(-1)).toMatchObject({ message: { id: 7 } });
  expect(await seen("remote", "test_tool_with_progress")).toEqual(direct);
});
