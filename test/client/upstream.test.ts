import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { bearing } from "../../src/client/pass.ts";
import { createUpstream } from "../../src/client/upstream/upstream.ts";
import { makeServerCertificate } from "../../src/demo/idp/certificate.ts";
import { openTunnelBench } from "./tunnel-bench.ts";

const tokens = { accessToken: "token", expiresAtMs: Infinity, account: { subject: "x", name: "x" } };
const asked = {
  method: "POST",
  connection: "files",
  headers: ["content-type", "application/json"],
  body: Buffer.from("{}"),
  isRepeatable: () => true,
  claims: () => ({}),
  signal: new AbortController().signal,
} as const;
const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function status(origin: string, ca?: string): Promise<number | string> {
  const upstream = createUpstream({ origin, pass: bearing(async () => tokens), ca });
  try {
    const answer = await upstream.ask(asked);
    answer.drop();
    return answer.status;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  } finally {
    await upstream.close();
  }
}

describe("the way to the gateway, by a proxy", () => {
  let gateway: Server;
  let proxy: Server;
  let wanted: string[];
  let refuses: boolean;
  let onwardPort: number;
  const ends = new Set<Socket>();
  beforeEach(async () => {
    wanted = [];
    refuses = false;
    gateway = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    }).listen(0, "127.0.0.1");
    proxy = createServer().listen(0, "127.0.0.1");
    proxy.on("connect", (request: IncomingMessage, client: Socket) => {
      wanted.push(request.url ?? "");
      if (refuses) return client.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
      const onward = connect(onwardPort, "127.0.0.1");
      for (const end of [client, onward]) ends.add(end).forEach((each) => each.on("error", () => undefined));
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      return client.pipe(onward).pipe(client);
    });
    await Promise.all([once(gateway, "listening"), once(proxy, "listening")]);
    onwardPort = portOf(gateway);
    vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${portOf(proxy)}`);
    vi.stubEnv("http_proxy", undefined);
    vi.stubEnv("NO_PROXY", undefined);
    vi.stubEnv("no_proxy", undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    for (const end of ends) end.destroy();
    for (const server of [gateway, proxy]) {
      server.closeAllConnections();
      server.close();
    }
  });

  it("is taken where the environment names one, for what is not on this machine", async () => {
    expect(await status("http://gateway.test")).toBe(200);
    expect(wanted).toEqual(["gateway.test:80"]);
    expect(await status(`http://127.0.0.1:${portOf(gateway)}`)).toBe(200);
    expect(wanted).toHaveLength(1);
  });

  it("is a tunnel for https, in which the gateway's own certificate counts", async () => {
    const made = makeServerCertificate(Date.now());
    const secure = createSecureServer({ cert: made.cert, key: made.key }).listen(0, "127.0.0.1");
    await once(secure, "listening");
    vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${portOf(proxy)}`);
    vi.stubEnv("https_proxy", undefined);
    onwardPort = portOf(secure);
    // The certificate is good for localhost, and the proxy can lead anywhere.
    expect(await status("https://gateway.test", made.ca)).toBe("gateway_untrusted");
    expect(new Set(wanted)).toEqual(new Set(["gateway.test:443"]));
    secure.close();
  });

  it("is not taken for what NO_PROXY names", async () => {
    vi.stubEnv("NO_PROXY", "other.test,gateway.test");
    expect(await status("http://gateway.test")).toBe("network_down");
    expect(wanted).toEqual([]);
  });

  it("is never gone again as the next person's: what was under way, or waited, ends with who asked", async () => {
    let came = 0;
    const under = Promise.withResolvers<void>();
    gateway.removeAllListeners("request").on("request", () => {
      came += 1;
      under.resolve();
    });
    const waited = Promise.withResolvers<void>();
    let isSlow = false;
    const upstream = createUpstream({
      origin: "http://gateway.test",
      ca: undefined,
      pass: async () => {
        if (isSlow) await waited.promise;
        return { headers: () => ({}) };
      },
    });
    const first = upstream.ask(asked).catch((error: unknown) => error);
    await under.promise;
    isSlow = true;
    const second = upstream.ask(asked).catch((error: unknown) => error);
    upstream.leave();
    waited.resolve();
    expect(await Promise.all([first, second])).toMatchObject([{ code: "signed_out" }, { code: "signed_out" }]);
    expect(came).toBe(1);
    await upstream.close();
  });

  it("is told where the proxy refuses it", async () => {
    refuses = true;
    expect(await status("http://gateway.test")).toBe("proxy_failed");
  });
});

describe("the way to the gateway, by TLS", () => {
  let server: Server;
  let folder: string;
  const made = makeServerCertificate(Date.now());
  beforeAll(async () => {
    server = createSecureServer({ cert: made.cert, key: made.key }, (request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    folder = await mkdtemp(join(tmpdir(), "countersign-trust-"));
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("trusts an authority that the profile adds, and says what is wrong where nobody does", async () => {
    const origin = `https://127.0.0.1:${portOf(server)}`;
    expect(await status(origin, made.ca)).toBe(200);
    expect(await status(origin)).toBe("gateway_untrusted");
  });

  it("trusts what NODE_EXTRA_CA_CERTS names", async () => {
    const file = join(folder, "ca.pem");
    await writeFile(file, made.ca);
    const trust = fileURLToPath(new URL("../../src/client/trust.ts", import.meta.url));
    const program = `import { trusting } from ${JSON.stringify(trust)};
      import { get } from "node:https";
      get("https://127.0.0.1:${portOf(server)}/", trusting(undefined), (answer) => {
        console.log(answer.statusCode);
        answer.destroy();
      }).on("error", (error) => console.log(error.code));`;
    const run = async (env: NodeJS.ProcessEnv) =>
      (await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], { env })).stdout.trim();
    expect(await run({ ...process.env, NODE_EXTRA_CA_CERTS: file })).toBe("200");
    expect(await run({ ...process.env, NODE_EXTRA_CA_CERTS: "" })).toMatch(/CERT|SIGNATURE/);
  }, 30_000);
});

describe("a large answer", () => {
  it("is held back at the gateway while its client takes nothing, and comes whole once it does", async () => {
    const chunk = Buffer.alloc(64 * 1024, "x");
    const chunks = 800;
    let written = 0;
    const gateway = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "application/json" });
      const more = (): void => {
        while (written < chunks) {
          written += 1;
          if (!response.write(chunk)) {
            response.once("drain", more);
            return;
          }
        }
        response.end();
      };
      more();
    }).listen(0, "127.0.0.1");
    await once(gateway, "listening");
    const bench = await openTunnelBench(`http://127.0.0.1:${portOf(gateway)}`, "token");
    const headers = { authorization: `Bearer ${bench.token}` };
    const asking = get(bench.url("files"), { method: "DELETE", headers });
    const [answer] = (await once(asking, "response")) as [IncomingMessage];
    // Nothing is read: what is on the way fills the sockets' buffers, then it stands still.
    let before = -1;
    await vi.waitFor(
      () => {
        const still = written === before;
        before = written;
        if (!still) throw new Error("It still flows.");
      },
      { timeout: 20_000, interval: 500 },
    );
    expect(written).toBeLessThan(chunks / 2);
    let size = 0;
    for await (const part of answer) size += (part as Buffer).length;
    expect(size).toBe(chunks * chunk.length);
    await bench.close();
    gateway.closeAllConnections();
    gateway.close();
  }, 60_000);
});
