import type { ServerResponse } from "node:http";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fc } from "../../support/fast-check.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { modernRequest, openGround, post, result, type Ground } from "../mcp/ground.ts";
import { holds, placed } from "./places.ts";
import { eventually } from "../../support/eventually.ts";

let ground: Ground & { close(): Promise<void> };
let token: string;
/** What the target answers next, and how. */
let answer: { readonly json: Json; readonly way: Way; readonly chunk: number };
const ways = ["json", "stream", "error", "resource"] as const;
type Way = (typeof ways)[number];

beforeAll(async () => {
  ground = await openGround(async (_request, response, body) => {
    const { method } = JSON.parse(body) as JsonObject;
    if (method === "tools/list")
      return respond(response, result(body, { tools: [{ name: "slow_echo", inputSchema: {} }] }));
    return method === "tools/call" ? said(response, body) : respond(response, result(body, {}));
  });
  token = await ground.token("erin", ["engineers"]);
});
afterAll(() => ground.close());

async function said(response: ServerResponse, body: string): Promise<void> {
  const { json, way, chunk } = answer;
  const { id } = JSON.parse(body) as { id: string };
  if (way === "error") {
    return respond(
      response,
      JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32000, message: JSON.stringify(json), data: json } }),
    );
  }
  const text = JSON.stringify(json);
  const content: Json[] =
    way === "resource" ? [{ type: "resource", resource: { uri: "a:b", text } }] : [{ type: "text", text }];
  const whole = result(body, { content, structuredContent: { json } });
  if (way !== "stream") return respond(response, whole);
  const params = { level: "info", data: json };
  const events = [JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params }), whole];
  const bytes = Buffer.from(events.map((event) => `data: ${event}\n\n`).join(""));
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (let at = 0; at < bytes.length; at += chunk) response.write(bytes.subarray(at, at + chunk));
  response.end();
}

function respond(response: ServerResponse, text: string): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(text);
}

/** Every JSON value of an answer, alone or in events. */
function messages(text: string): Json[] {
  if (!/^(?:id|event|data|:)/.test(text)) return [JSON.parse(text) as Json];
  const data = text.split("\n").filter((line) => line.startsWith("data: ") && line.length > 6);
  return data.map((line) => JSON.parse(line.slice(6)) as Json);
}

/** Whether the bytes stand in any file of the data folder, as such or as JSON writes them. */
async function stored(value: string): Promise<boolean> {
  for (const name of await readdir(ground.data)) {
    const file = await readFile(join(ground.data, name)).catch(() => Buffer.alloc(0));
    if (file.includes(value) || file.includes(JSON.stringify(value).slice(1, -1))) return true;
  }
  return false;
}

function logged(value: string): boolean {
  return holds(
    ground.log.map((line) => JSON.parse(JSON.stringify(line)) as Json),
    value,
  );
}

it("no raw value of an answer or an argument reaches client, ledger or log", async () => {
  await fc.assert(
    fc.asyncProperty(
      placed,
      fc.constantFrom(...ways),
      fc.integer({ min: 1, max: 200 }),
      async ({ raw, json }, way, chunk) => {
        answer = { json, way, chunk };
        const response = await post(
          ground,
          token,
          modernRequest("1", "tools/call", { name: "get_it", arguments: { json } }),
        );
        const heard = messages(await response.text());
        expect(JSON.stringify(heard)).toContain("••••");
        expect(holds(heard, raw.value)).toBe(false);
        expect(await stored(raw.value)).toBe(false);
        expect(logged(raw.value)).toBe(false);
      },
    ),
    { numRuns: 100 },
  );
  // The search does find what is there.
  expect(await stored("get_it")).toBe(true);
});

it("no raw value of a held call's arguments reaches its approval", async () => {
  await fc.assert(
    fc.asyncProperty(placed, async ({ raw, json }) => {
      const before = ground.ledger().length;
      const gone = new AbortController();
      const held = post(
        ground,
        token,
        modernRequest("2", "tools/call", { name: "slow_echo", arguments: { json } }),
        gone.signal,
      );
      const settled = held.then(
        () => undefined,
        () => undefined,
      );
      await eventually(() => {
        expect(
          ground
            .ledger()
            .slice(before)
            .some(({ kind }) => kind.startsWith("approval.")),
        ).toBe(true);
      });
      gone.abort();
      await settled;
      expect(await stored(raw.value)).toBe(false);
      expect(logged(raw.value)).toBe(false);
    }),
    { numRuns: 15 },
  );
});
