import { once } from "node:events";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { signedIn, type Workbench } from "./workbench.ts";

let bench: Workbench;
let token: string;
let port: number;
beforeEach(async () => {
  bench = await signedIn();
  ({ token } = await bench.client.addClient("cursor"));
  await bench.client.openTunnel();
  port = openPort();
});
afterEach(() => bench.close());

function openPort(): number {
  const { tunnel } = bench.client.state();
  if (tunnel.state !== "open") throw new Error("The tunnel is not open.");
  return tunnel.port;
}

const call = { jsonrpc: "2.0", id: 7, method: "tools/call", params: { name: "echo" } };
const headers = () => ({ authorization: `Bearer ${token}`, "content-type": "application/json" });
const post = (body: string = JSON.stringify(call), host = "127.0.0.1") =>
  fetch(`http://${host}:${port}/mcp/files`, { method: "POST", headers: headers(), body });

/** Opens a request without ending it. */
function start(method: string, more: Record<string, string> = {}) {
  const asked = httpRequest({
    host: "127.0.0.1",
    port,
    path: "/mcp/files",
    method,
    headers: { ...headers(), ...more },
  });
  asked.on("error", () => undefined);
  asked.flushHeaders();
  return asked;
}

async function text(request: IncomingMessage): Promise<string> {
  let all = "";
  for await (const chunk of request) all += String(chunk);
  return all;
}

describe("tunnel", () => {
  it("listens on both loopback families and names a connection's address", async () => {
    const { tunnel, connections } = bench.client.state();
    expect(tunnel).toEqual({ state: "open", port, addresses: [`127.0.0.1:${port}`, `[::1]:${port}`] });
    expect(connections).toMatchObject([{ name: "files", url: `http://127.0.0.1:${port}/mcp/files` }]);
    for (const host of ["127.0.0.1", "[::1]", "localhost"]) expect((await post("{}", host)).status).toBe(200);
  });

  it("refuses what the guard refuses before anything reaches the gateway", async () => {
    const before = bench.gateway.requests.length;
    const refused = async (init: RequestInit) => (await fetch(`http://127.0.0.1:${port}/mcp/files`, init)).status;
    expect(await refused({ method: "POST", body: "{}" })).toBe(401);
    expect(await refused({ method: "POST", body: "{}", headers: { ...headers(), origin: "null" } })).toBe(403);
    expect(await raw(`POST /mcp/files HTTP/1.1\r\nHost: evil.example:${port}\r\nContent-Length: 0\r\n\r\n`)).toBe(
      "403",
    );
    expect(await raw("POST /mcp/files HTTP/1.1\r\nContent-Length: 0\r\n\r\n")).toBe("403");
    const own = `Host: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}`;
    expect(await raw(`GET /mcp/../v1/me HTTP/1.1\r\n${own}\r\n\r\n`)).toBe("404");
    expect(await raw(`GET http://127.0.0.1:${port}/mcp/files HTTP/1.1\r\n${own}\r\n\r\n`)).toBe("404");
    expect(await raw(`CONNECT example.com:443 HTTP/1.1\r\n${own}\r\n\r\n`)).toBe("");
    expect(bench.gateway.requests.length).toBe(before);
  });

  it("passes method, body and protocol headers on, with our own in place of the client's", async () => {
    let seen: { headers: IncomingMessage["headers"]; body: string } | null = null;
    bench.gateway.mcp = async (request, response) => {
      seen = { headers: request.headers, body: await text(request) };
      response.writeHead(200, {
        "mcp-session-id": "s1",
        "content-type": "application/json",
        "set-cookie": "a=b",
        "access-control-allow-origin": "*",
        "www-authenticate": "Bearer",
        connection: "x-hop",
        "x-hop": "1",
      });
      response.end("{}");
    };
    const asked = start("POST", {
      "mcp-protocol-version": "2026-07-28",
      "mcp-param-region": "eu",
      cookie: "c=d",
      connection: "x-mine",
      "x-mine": "1",
      "x-forwarded-for": "1.2.3.4",
      "countersign-client": "somebody else",
      te: "trailers",
    });
    asked.end(JSON.stringify(call));
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    expect(await text(answer)).toBe("{}");
    const { headers: got, body } = seen!;
    expect(JSON.parse(body)).toEqual(call);
    expect(got).toMatchObject({
      authorization: "Bearer token-1",
      "countersign-client": "cursor",
      "countersign-device": expect.stringMatching(/^device-/),
      "mcp-protocol-version": "2026-07-28",
      "mcp-param-region": "eu",
      host: bench.gateway.origin.replace("http://", ""),
    });
    for (const name of ["cookie", "x-mine", "x-forwarded-for", "te"]) expect(got[name]).toBeUndefined();
    expect(answer.headers["mcp-session-id"]).toBe("s1");
    for (const name of ["set-cookie", "access-control-allow-origin", "www-authenticate", "x-hop"])
      expect(answer.headers[name]).toBeUndefined();
  });

  it("streams both ways as it comes", async () => {
    const chunks: string[] = [];
    bench.gateway.mcp = (request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
      request.on("data", (chunk) => {
        chunks.push(String(chunk));
        response.write(`data: ${chunks.length}\n\n`);
      });
      request.on("end", () => response.end());
    };
    const asked = start("POST");
    asked.write("one");
    // The answer begins before the request's body has ended.
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    expect(String((await once(answer, "data"))[0])).toBe("data: 1\n\n");
    for (const part of ["two", "three"]) {
      asked.write(part);
      const [event] = await once(answer, "data");
      expect(String(event)).toBe(`data: ${chunks.length}\n\n`);
    }
    expect(chunks).toEqual(["one", "two", "three"]);
    asked.end();
    await once(answer, "end");
  });

  it("tells the gateway at once when a client goes", async () => {
    const gone = new Promise<void>((resolve) => {
      bench.gateway.mcp = (_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
        response.on("close", resolve);
      };
    });
    const asked = start("GET");
    await once(asked, "response");
    asked.destroy();
    await gone;
  });

  it("tells the gateway when a client goes before there is an answer", async () => {
    const arrival = Promise.withResolvers<void>();
    const gone = new Promise<void>((resolve) => {
      bench.gateway.mcp = (_request, response) => {
        response.on("close", resolve);
        arrival.resolve();
      };
    });
    const asked = start("POST");
    asked.end("{}");
    await arrival.promise;
    asked.destroy();
    await gone;
  });

  it("answers a call whose stream breaks off at the gateway, since no MCP client takes that for an answer", async () => {
    bench.gateway.mcp = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n", () => response.destroy());
    };
    const answer = await (await post()).text();
    expect(answer).toMatch(/^data: 1\n\n/);
    const [, last = ""] = /data: (\{.*\})\n\n$/.exec(answer) ?? [];
    expect(JSON.parse(last)).toMatchObject({ id: 7, error: { code: -32000, data: { code: "transient" } } });
  });

  it("answers so also where the stream could have been resumed, since the gateway that kept it may be gone", async () => {
    bench.gateway.mcp = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("id: 5\ndata: 1\n\n", () => response.destroy());
    };
    expect(await (await post()).text()).toContain('"code":"transient"');
  });

  it.each([{}, { "content-length": 262_144 }])(
    "answers a call whose JSON answer (%j) breaks off at the gateway, while none of it has been passed on",
    async (headers) => {
      bench.gateway.mcp = (_request, response) => {
        response.writeHead(200, { "content-type": "application/json", ...headers });
        response.write(`{"jsonrpc":"2.0","id":7,"result":{"text":"${"x".repeat(200_000)}`, () => response.destroy());
      };
      const answer = await post();
      expect(answer.headers.get("content-length")).not.toBe("262144");
      expect(await answer.json()).toMatchObject({ id: 7, error: { data: { code: "transient", outcome: "unknown" } } });
    },
  );

  it.each([{}, { "content-length": 1_000_000 }])(
    "breaks a long answer off that is no stream (%j) when the gateway's breaks off",
    async (headers) => {
      bench.gateway.mcp = (_request, response) => {
        response.writeHead(200, { "content-type": "application/json", ...headers });
        response.write(`"${"x".repeat(300_000)}`, () => response.destroy());
      };
      await expect((await post()).text()).rejects.toThrow("terminated");
    },
  );

  it("passes an answer on that comes in pieces and without its length", async () => {
    const said = JSON.stringify({ jsonrpc: "2.0", id: 7, result: { text: "größer ".repeat(60_000) } });
    for (const length of [300, said.length]) {
      const text = JSON.stringify(said.slice(0, length));
      bench.gateway.mcp = async (_request, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        for (let from = 0; from < text.length; from += 40_000) {
          response.write(text.slice(from, from + 40_000));
          await new Promise((resolve) => setImmediate(resolve));
        }
        response.end();
      };
      expect(await (await post()).text()).toBe(text);
    }
  });

  it("lets go of an answer that it can't pass on", async () => {
    const gone = new Promise<void>((resolve) => {
      bench.gateway.mcp = (_request, response) => {
        response.on("close", resolve);
        // A status that Node refuses to write, and a body without end.
        response.socket?.write("HTTP/1.1 099 Odd\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n");
      };
    });
    expect(await (await post()).json()).toMatchObject({ id: 7, error: { data: { outcome: "unknown" } } });
    await gone;
  });

  it("takes a body of a megabyte and gives one back", async () => {
    bench.gateway.mcp = (request, response) => void request.pipe(response);
    const body = JSON.stringify({ text: "x".repeat(1_000_000) });
    expect(await (await post(body)).text()).toBe(body);
  });

  it("renews a token that ended under way and sends the same call again", async () => {
    bench.gateway.tokens.delete("token-1");
    bench.gateway.tokens.add("token-2");
    bench.signIn.renewedToken = "token-2";
    bench.gateway.mcp = (request, response) => void request.pipe(response);
    expect(await (await post()).json()).toEqual(call);
  });

  it("does not pass on a redirect, which nobody pinned", async () => {
    bench.gateway.mcp = (_request, response) => response.writeHead(307, { location: "http://127.0.0.1:1/" }).end();
    const answer = await fetch(`http://127.0.0.1:${port}/mcp/files`, { headers: headers(), redirect: "manual" });
    expect(answer.status).toBe(503);
    expect(answer.headers.get("location")).toBeNull();
  });
});

describe("tunnel without a way to the gateway", () => {
  it("answers a call with its id and what to do when nobody is signed in", async () => {
    await bench.client.call("session.signOut", {}, "window");
    const answer = await post();
    expect(answer.status).toBe(200);
    const body = await answer.json();
    expect(body).toMatchObject({
      jsonrpc: "2.0",
      id: 7,
      error: { code: -32000, data: { code: "signed_out", outcome: "not_run" } },
    });
    expect(body.error.message).toContain("Sign in");
  });

  it("answers so when the session is dead, what is no JSON without an id, and a notification by 503 alone", async () => {
    bench.signIn.failure = "reauthentication_needed";
    expect(await (await post()).json()).toMatchObject({ id: 7, error: { data: { code: "reauthentication_needed" } } });
    const told = await post('{"jsonrpc":"2.0","method":"x"}');
    expect(told.status).toBe(503);
    expect(await told.json()).toEqual({ error: { code: "reauthentication_needed", message: expect.any(String) } });
    expect(await (await post("not JSON")).json()).toMatchObject({ id: null });
    expect((await fetch(`http://127.0.0.1:${port}/mcp/files`, { headers: headers() })).status).toBe(503);
  });

  it("answers so when the gateway refuses every token", async () => {
    bench.gateway.tokens.clear();
    const answer = await post();
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ id: 7, error: { data: { code: "reauthentication_needed" } } });
  });

  it("answers with the id when the gateway does not, and carries on when it is back", async () => {
    let drop = true;
    bench.gateway.mcp = (request, response) => (drop ? void request.socket.destroy() : void request.pipe(response));
    expect(await (await post()).json()).toMatchObject({ id: 7, error: { data: { code: "gateway_unreachable" } } });
    drop = false;
    expect((await post()).status).toBe(200);
    await bench.gateway.close();
    expect(await (await post()).json()).toMatchObject({ id: 7, error: { data: { code: "gateway_unreachable" } } });
  });
});

describe("tunnel's port", () => {
  it("is remembered", async () => {
    await bench.client.closeTunnel();
    expect(bench.client.state().tunnel).toEqual({ state: "closed" });
    await bench.client.openTunnel();
    expect(openPort()).toBe(port);
  });

  it("names who took it, and removes the tokens that the taker may have read", async () => {
    await bench.client.closeTunnel();
    const taker = createServer().listen(port, "::1");
    await once(taker, "listening");
    const error = await bench.client.openTunnel().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "port_taken", message: expect.stringContaining(`process ${process.pid}`) });
    expect(error).toMatchObject({ message: expect.stringContaining("add the clients again") });
    expect(bench.client.state()).toMatchObject({
      clients: [],
      tunnel: { state: "failed", error: { code: "port_taken" } },
    });
    taker.close();
    await bench.client.openTunnel();
    expect((await post()).status).toBe(401);
  });

  it("removes the tokens where it moves away from a port that somebody else has taken", async () => {
    await bench.client.closeTunnel();
    const taker = createServer().listen(port, "127.0.0.1");
    await once(taker, "listening");
    await bench.client.openTunnel({ port: 0 });
    expect(bench.client.state()).toMatchObject({ clients: [], tunnel: { state: "open" } });
    port = openPort();
    expect((await post()).status).toBe(401);
    taker.close();
  });

  it("is opened by a console at the same, once that is free again, or at another", async () => {
    await bench.client.closeTunnel();
    const taker = createServer().listen(port, "127.0.0.1");
    await once(taker, "listening");
    const same = () => bench.client.call("tunnel.open", { port: "same" }, "window");
    expect(await same()).toMatchObject({ ok: false, error: { code: "port_taken" } });
    expect(bench.client.state().tunnel.state).toBe("failed");
    taker.close();
    await once(taker, "close");
    expect(await same()).toEqual({ ok: true, value: null });
    expect(openPort()).toBe(port);
    expect(await bench.client.call("tunnel.open", { port: "new" }, "window")).toEqual({ ok: true, value: null });
    expect(openPort()).not.toBe(port);
    expect(await bench.client.call("tunnel.open", { port: 80 }, "window")).toMatchObject({ ok: false });
    port = openPort();
  });

  it("keeps the tokens where the port is that of a connection that goes out, which no client could have talked to", async () => {
    await bench.client.closeTunnel();
    const far = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
    await once(far, "listening");
    // The system chooses it out of the range that the tunnel's port was chosen from.
    const outgoing = connect((far.address() as AddressInfo).port, "127.0.0.1");
    await once(outgoing, "connect");
    await writeFile(join(bench.directory, "tunnel.json"), JSON.stringify({ v: 1, port: outgoing.localPort }));
    // Linux refuses the port; other systems may give it.
    const error = await bench.client.openTunnel().catch((thrown: unknown) => thrown);
    if (error !== undefined)
      expect(error).toMatchObject({ code: "port_taken", message: expect.not.stringContaining("removed") });
    await bench.client.openTunnel({ port: 0 });
    expect(bench.client.state().clients).toHaveLength(1);
    port = openPort();
    expect((await post()).status).toBe(200);
    outgoing.destroy();
    far.close();
  });

  it("keeps the tokens where it moves away from a port that is free", async () => {
    await bench.client.openTunnel({ port: 0 });
    port = openPort();
    expect((await post()).status).toBe(200);
  });

  it("leaves the tokens alone where another port than the remembered one is taken", async () => {
    const taker = createServer().listen(0, "127.0.0.1");
    await once(taker, "listening");
    const other = (taker.address() as AddressInfo).port;
    await expect(bench.client.openTunnel({ port: other })).rejects.toMatchObject({ code: "port_taken" });
    expect(bench.client.state().clients).toHaveLength(1);
    taker.close();
  });
});

describe("clients", () => {
  it("are kept by the hash of their token, in a file for this user alone", async () => {
    const path = join(bench.directory, "clients.json");
    const kept = await readFile(path, "utf8");
    expect(kept).not.toContain(token);
    expect(kept).toContain("cursor");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("lose their running calls where their removal can't be written down, which is tried again", async () => {
    bench.gateway.mcp = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
    };
    const running = await post();
    await rm(bench.directory, { recursive: true });
    await expect(bench.client.removeClient(bench.client.state().clients[0]?.id ?? "")).rejects.toThrow("ENOENT");
    await expect(running.text()).rejects.toThrow("terminated");
    expect((await post()).status).toBe(401);
    await mkdir(bench.directory);
    await bench.client.close();
    expect(await readFile(join(bench.directory, "clients.json"), "utf8")).not.toContain("cursor");
  });

  it("lose their token and their running calls when they are removed", async () => {
    bench.gateway.mcp = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
    };
    const running = await post();
    const [client] = bench.client.state().clients;
    await bench.client.removeClient(client?.id ?? "");
    await expect(running.text()).rejects.toThrow("terminated");
    expect((await post()).status).toBe(401);
    await expect(bench.client.removeClient("nobody")).rejects.toMatchObject({ code: "not_found" });
  });

  it.each(["", "a\r\nx: y", "é", "a".repeat(65), "cursor"])("are not added under the name %j", async (name) => {
    await expect(bench.client.addClient(name)).rejects.toMatchObject({ code: "bad_request" });
  });
});

/** Sends bytes as they are; answers with the status, or with nothing where the connection just ends. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(bytes);
  let all = "";
  for await (const chunk of socket) {
    all += String(chunk);
    if (all.includes("\r\n\r\n")) break;
  }
  socket.destroy();
  return all.split(" ")[1] ?? "";
}
