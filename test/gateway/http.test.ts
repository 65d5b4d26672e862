import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGround, type Ground } from "./mcp/ground.ts";
import { eventually } from "../support/eventually.ts";

let ground: Ground & { close(): Promise<void> };
let token: string;

beforeAll(async () => {
  ground = await openGround((_request, response) => void response.writeHead(500).end());
  token = await ground.token("erin", ["engineers"]);
});
afterAll(() => ground.close());

/** Sends bytes as they are; gives the status of the answer. */
async function raw(text: string): Promise<{ readonly status: number; readonly socket: Socket }> {
  const socket = connect({ port: Number(new URL(ground.url).port), host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => undefined);
  socket.write(text);
  const [chunk] = (await once(socket, "data")) as [Buffer];
  return { status: Number(chunk.toString("latin1").split(" ")[1]), socket };
}

describe("the edge", () => {
  it.each<[string, number, string]>([
    [
      "an absolute address",
      404,
      "GET http://127.0.0.1/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\n\r\n",
    ],
    ["a doubled slash", 404, "GET //v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\n\r\n"],
    ["two dots", 404, "GET /mcp/../v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\n\r\n"],
    ["an encoded slash", 404, "GET /mcp/%2e%2e%2fv1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\n\r\n"],
    ["HEAD", 405, "HEAD /mcp/target HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\n\r\n"],
    ["OPTIONS without a token", 401, "OPTIONS /mcp/target HTTP/1.1\r\nHost: x\r\n\r\n"],
    [
      "two lengths",
      400,
      "POST /mcp/target HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    [
      "a call that asks for an upgrade",
      404,
      "POST /mcp/target HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer TOKEN\r\nContent-Length: 2\r\n\r\n{}",
    ],
    [
      "two tokens",
      401,
      "GET /v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a,TOKEN\r\nAuthorization: Bearer TOKEN\r\n\r\n",
    ],
  ])("serves nothing for %s", async (_name, status, text) => {
    const answer = await raw(text.replaceAll("TOKEN", token));
    answer.socket.destroy();
    expect(answer.status).toBe(status);
    expect(ground.target.seen).toEqual([]);
  });

  it("closes the connection of a refused upgrade though the other side keeps its half open", async () => {
    const { socket } = await raw(
      "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    const writing = setInterval(() => socket.write("x"), 20);
    await closed;
    clearInterval(writing);
  });
});

describe("a refused token", () => {
  it("is told what to do, and the log says why without quoting it", async () => {
    const token = await ground.token("erin", []);
    const [head, payload] = token.split(".");
    const forged = `${head}.${payload}.${Buffer.alloc(64).toString("base64url")}`;
    const answer = await fetch(`${ground.url}/v1/me`, { headers: { authorization: `Bearer ${forged}` } });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({
      error: { code: "token_invalid", message: expect.stringContaining("Sign in again") },
    });
    const line = ground.log.find(({ event }) => event === "auth.refused");
    expect(line).toMatchObject({ level: "warn", code: "token_invalid", path: "/v1/me" });
    expect(line?.["why"]).toMatch(/^The token's signature does not hold\. \(ERR_\w+\)$/);
    for (const part of [head, payload]) expect(JSON.stringify(ground.log)).not.toContain(part);
  });
});

describe("refusals", () => {
  it("of one address are recorded one by one up to a number a minute, then counted in one entry", async () => {
    const refused = () => ground.ledger().filter(({ kind }) => kind === "auth.refused");
    ground.clock.aheadMs += 61_000;
    // The sweep begins a new minute.
    await eventually(async () => {
      await fetch(`${ground.url}/v1/me`);
      expect(refused().length).toBeGreaterThan(0);
    });
    for (let sent = 0; sent < 60; sent += 1) expect((await fetch(`${ground.url}/v1/me`)).status).toBe(401);
    expect(refused().length).toBeLessThan(45);
    ground.clock.aheadMs += 61_000;
    await eventually(() => expect(refused().some(({ body }) => /"more":\d+/.test(body))).toBe(true));
  });
});
