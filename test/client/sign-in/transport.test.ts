import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { connect, type AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openTransport } from "../../../src/client/sign-in/transport.ts";
import { makeServerCertificate } from "../../../src/demo/idp/certificate.ts";

const made = makeServerCertificate(Date.now());
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
let provider: Server;
let answer: string | Buffer = "{}";
beforeAll(async () => {
  provider = createSecureServer({ cert: made.cert, key: made.key }, (_request, response) => response.end(answer));
  await once(provider.listen(0, "127.0.0.1"), "listening");
});
afterAll(() => {
  provider.closeAllConnections();
  provider.close();
});

async function outcome(url: string, ca?: string) {
  const transport = openTransport(ca, { timeoutMs: 5_000 });
  try {
    return (await transport.request("GET", url)).status;
  } catch (error) {
    return error;
  } finally {
    transport.close();
  }
}

describe("the way to a sign-in provider", () => {
  it("is by TLS that this machine, or the given authority, vouches for", async () => {
    const url = `https://localhost:${portOf(provider)}/`;
    expect(await outcome(url, made.ca)).toBe(200);
    expect(await outcome(url)).toMatchObject({
      code: "misconfigured",
      message: expect.stringContaining("not trusted"),
    });
    expect(await outcome("http://idp.example.test/")).toMatchObject({ code: "misconfigured" });
  });

  it("takes no answer without end", async () => {
    answer = Buffer.alloc(5 * 1024 * 1024, "x");
    const url = `https://localhost:${portOf(provider)}/`;
    expect(await outcome(url, made.ca)).toMatchObject({
      code: "misconfigured",
      message: expect.stringContaining("too long"),
    });
    answer = "{}";
  });
});

describe("a proxy that the environment names", () => {
  let proxy: Server;
  let wanted: string[];
  let refuses: boolean;
  beforeEach(async () => {
    [wanted, refuses] = [[], false];
    proxy = createServer();
    proxy.on("connect", (request, socket) => {
      wanted.push(request.url ?? "");
      if (refuses) {
        socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
        return;
      }
      const onward = connect(portOf(provider), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        onward.pipe(socket).pipe(onward);
      });
      for (const end of [onward, socket]) end.on("error", () => undefined);
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${portOf(proxy)}`);
    for (const other of ["https_proxy", "NO_PROXY", "no_proxy"]) vi.stubEnv(other, undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    proxy.closeAllConnections();
    proxy.close();
  });

  it("is a tunnel, in which the provider's own certificate counts", async () => {
    // It leads to a server whose certificate is for another name.
    const refused = await outcome("https://idp.example.test/", made.ca);
    expect(refused).toMatchObject({ code: "misconfigured", message: expect.stringContaining("ALTNAME") });
    expect(wanted).toEqual(["idp.example.test:443"]);
    expect(await outcome(`https://localhost:${portOf(provider)}/`, made.ca)).toBe(200);
    expect(wanted).toHaveLength(1);
  });

  it("that refuses is named", async () => {
    refuses = true;
    const refused = await outcome("https://idp.example.test/", made.ca);
    expect(refused).toMatchObject({ code: "transient", message: expect.stringContaining("HTTPS_PROXY") });
  });
});
