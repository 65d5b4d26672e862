import { once } from "node:events";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connections, type Connections } from "../../../src/client/upstream/dispatcher.ts";
import { makeServerCertificate } from "../../../src/demo/idp/certificate.ts";
import { heardBy, toldOf } from "./raw-gateway.ts";
import { Exchange } from "../../../src/client/upstream/answer.ts";

const { ca, cert, key } = makeServerCertificate(Date.now());
const body = Buffer.from("{}");
const long = "x".repeat(300_000);
const versions: string[] = [];
const protocols: (string | false | null)[] = [];
const gateway = createSecureServer({ cert, key, allowHTTP1: true }, (request, response) => {
  versions.push(request.httpVersion);
  request.resume().on("end", () => {
    if (request.url === "/mcp/silent") return;
    if (request.url === "/mcp/chunks") response.write("he");
    response.end(request.url === "/mcp/long" ? long : request.url === "/mcp/chunks" ? "llo" : "hello");
  });
});
const open: Connections[] = [];
let origin: string;

beforeAll(async () => {
  gateway.on("secureConnection", (socket: TLSSocket) => protocols.push(socket.alpnProtocol));
  gateway.on("sessionError", () => undefined).listen(0, "127.0.0.1");
  await once(gateway, "listening");
  origin = `https://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
});
afterAll(async () => {
  for (const { dispatcher, plain } of open) {
    plain?.destroy(new Error("over"));
    await dispatcher.destroy();
  }
  gateway.close();
});

function connected(authority: string | undefined): Connections {
  const all = connections(origin, authority);
  open.push(all);
  return all;
}

describe("a gateway with a certificate of the profile's authority, which knows HTTP/2 too", () => {
  it("is spoken to by HTTP/1.1, whichever road a request takes, and on one connection as long as one call follows the other", async () => {
    const { plain, dispatcher } = connected(ca);
    for (const name of ["files", "long", "chunks", "files", "long"]) {
      const path = `/mcp/${name}`;
      const told = await toldOf((exchange) => void plain?.dispatch({ path, headers: [], body }, exchange));
      expect(told).toMatchObject({ status: 200, body: name === "long" ? long : "hello", isWhole: true });
    }
    expect(protocols).toEqual(["http/1.1"]);
    const told = await toldOf((exchange) =>
      dispatcher.dispatch({ origin, path: "/mcp/files", method: "GET" }, exchange),
    );
    expect(told).toMatchObject({ status: 200, body: "hello", isWhole: true });
    expect(protocols).toEqual(["http/1.1", "http/1.1"]);
    expect(new Set(versions)).toEqual(new Set(["1.1"]));
  });

  it("is lost where this machine loses the connection's address: what is under way hears it, the next call has another", async () => {
    const all = connected(ca);
    const path = (name: string, exchange: Exchange) =>
      void all.plain?.dispatch({ path: `/mcp/${name}`, headers: [], body }, exchange);
    const before = versions.length;
    const exchange = new Exchange(() => undefined);
    path("silent", exchange);
    await vi.waitFor(() => expect(versions).toHaveLength(before + 1));
    all.dropLost(new Set(["127.0.0.1"]));
    expect(exchange.isOver).toBe(false);
    all.dropLost(new Set(["192.0.2.1"]));
    await expect(exchange.head).rejects.toMatchObject({ code: "ENETDOWN" });
    expect(await toldOf((next) => path("files", next))).toMatchObject({ status: 200, isWhole: true });
  });

  it("is sent nothing where that authority is not trusted", async () => {
    const before = versions.length;
    const { plain } = connected(undefined);
    const exchange = new Exchange(() => undefined);
    plain?.dispatch({ path: "/mcp/files", headers: [], body }, exchange);
    expect(await heardBy(exchange)).toMatchObject({ status: 0, isWhole: false });
    await expect(exchange.head).rejects.toMatchObject({ code: expect.stringMatching(/CERT|SIGNATURE/) });
    expect(exchange.sent).toBe(false);
    expect(versions).toHaveLength(before);
  });
});
