import { once } from "node:events";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
  request.resume().on("end", () => response.end(request.url === "/mcp/long" ? long : "hello"));
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
    for (const name of ["files", "long", "files", "long"]) {
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
