import { once } from "node:events";
import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modernRequest, openGround, result, type Ground } from "./mcp/ground.ts";
import { takeSeat, type Seat } from "./seat.ts";

let ground: Ground & { close(): Promise<void> };
let admin: Seat;
const reached: string[] = [];

beforeAll(async () => {
  ground = await openGround((_request, response, body) => {
    reached.push(body);
    response.writeHead(200, { "content-type": "application/json" }).end(result(body, { content: [] }));
  });
  admin = await takeSeat(ground.url, await ground.token("ada", ["admins"]));
});
afterAll(() => ground.close());

/** A request whose head has been let in, and whose last byte is still to come. */
interface Begun {
  readonly end: () => Promise<{ readonly status: number; readonly body: string } | "cut off">;
}

async function begin(seat: Seat, path: string, body: string, more: Record<string, string> = {}): Promise<Begun> {
  const headers = {
    ...seat.session.headers("POST", path),
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    accept: "application/json, text/event-stream",
    // The gateway answers this once it has read the head, and it lets in what it has read at once.
    expect: "100-continue",
    ...more,
  };
  const sent: ClientRequest = request(`${ground.url}${path}`, { method: "POST", headers });
  const answer = new Promise<IncomingMessage | null>((resolve) => {
    sent.once("response", resolve);
    sent.once("error", () => resolve(null));
  });
  sent.flushHeaders();
  await once(sent, "continue");
  sent.write(body.slice(0, -1));
  return {
    async end() {
      sent.end(body.slice(-1));
      const came = await answer;
      return came === null ? "cut off" : { status: came.statusCode ?? 0, body: await text(came).catch(() => "") };
    },
  };
}

const kinds = (kind: string) => ground.ledger().filter((entry) => entry.kind === kind).length;

describe("a request whose body is still coming", () => {
  it.each([
    ["is revoked", "principal", (_seat: Seat) => "staff:mallory", 403],
    ["has its session revoked", "session", (seat: Seat) => seat.session.begun.session, 401],
    ["has its device removed", "device", (seat: Seat) => seat.id, 401],
  ])("does nothing once its person %s", async (_what, kind, idOf, status) => {
    const mallory = await takeSeat(ground.url, await ground.token("mallory", ["admins"]));
    const wish = JSON.stringify({ kind: "principal", id: "staff:victim" });
    const slow = await begin(mallory, "/v1/revocations", wish);
    expect((await admin.ask("/v1/revocations", { kind, id: idOf(mallory) })).status).toBe(200);
    const before = kinds("principal.revoked");
    expect(await slow.end()).toMatchObject({ status });
    expect(kinds("principal.revoked")).toBe(before);
    await admin.ask("/v1/revocations/lift", { kind: "principal", id: "staff:mallory" });
  });

  it("calls nothing", async () => {
    const mallory = await takeSeat(ground.url, await ground.token("mallory", ["engineers"]));
    const { headers, body } = modernRequest(1, "tools/call", { name: "get_one", arguments: {} });
    const slow = await begin(mallory, "/mcp/target", JSON.stringify(body), { ...headers });
    expect((await admin.ask("/v1/revocations", { kind: "session", id: mallory.session.begun.session })).status).toBe(
      200,
    );
    expect(await slow.end()).not.toMatchObject({ status: 200 });
    expect(reached.filter((each) => each.includes("tools/call"))).toEqual([]);
  });

  it("is judged by the rules of when it has come", async () => {
    const erin = await takeSeat(ground.url, await ground.token("erin", ["engineers"]));
    const { headers, body } = modernRequest(1, "tools/call", { name: "get_one", arguments: {} });
    const slow = await begin(erin, "/mcp/target", JSON.stringify(body), { ...headers });
    await ground.reload((config) => void config.rules.unshift({ name: "shut", tools: ["get_*"], effect: "deny" }));
    expect(JSON.stringify(await slow.end())).toContain("shut");
    expect(reached.filter((each) => each.includes("tools/call"))).toEqual([]);
  });
});
