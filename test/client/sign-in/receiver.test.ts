import { request } from "node:http";
import { createServer, type Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { endings } from "../../../src/client/sign-in/page.ts";
import { openReceiver, type Receiver, type RedirectAddress } from "../../../src/client/sign-in/receiver.ts";

const loopback: RedirectAddress = { host: "127.0.0.1", path: "/callback", ports: [0] };
const never = new AbortController().signal;
const opened: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

it("takes the one request that carries the state, and answers it with the ending", async () => {
  const receiver = await open(loopback);
  const waiting = receiver.wait("s3cret", never);
  const page = ask(receiver, "/callback?state=s3cret&code=abc");
  const callback = await waiting;
  expect(callback.url.href).toBe(`${receiver.redirectUri}?state=s3cret&code=abc`);
  callback.answer(endings.signedIn);
  const { status, body, headers } = await page;
  expect(status).toBe(200);
  expect(body).toContain("You are signed in");
  expect(body).not.toMatch(/<script|src=|https?:/);
  expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect(headers["cache-control"]).toBe("no-store");
  expect(headers["referrer-policy"]).toBe("no-referrer");
});

it.each([
  ["another state", "/callback?state=guess&code=a", {}],
  ["no state", "/callback?code=a", {}],
  ["the state twice", "/callback?state=s3cret&state=guess&code=a", {}],
  ["neither code nor error", "/callback?state=s3cret", {}],
  ["a longer path", "/callback/?state=s3cret&code=a", {}],
  ["a path that only normalises to ours", "/x/../callback?state=s3cret&code=a", {}],
  ["a foreign Host", "/callback?state=s3cret&code=a", { host: "evil.example:80" }],
  ["the other name of loopback", "/callback?state=s3cret&code=a", { host: "localhost" }],
  ["a POST", "/callback?state=s3cret&code=a", { method: "POST" }],
])("ignores a request with %s and goes on waiting", async (_what, path, how) => {
  const receiver = await open(loopback);
  const waiting = receiver.wait("s3cret", never);
  expect((await ask(receiver, path, how)).status).toBe(400);
  const good = ask(receiver, "/callback?state=s3cret&code=good");
  const callback = await waiting;
  callback.answer(endings.failed);
  expect((await good).body).toContain("The sign-in did not work");
});

it("is good for one arrival only", async () => {
  const receiver = await open(loopback);
  const waiting = receiver.wait("s3cret", never);
  const first = ask(receiver, "/callback?state=s3cret&code=a");
  const callback = await waiting;
  expect((await ask(receiver, "/callback?state=s3cret&code=b")).status).toBe(400);
  callback.answer(endings.signedIn);
  expect((await first).status).toBe(200);
});

it("refuses everything before anybody waits", async () => {
  const receiver = await open(loopback);
  expect((await ask(receiver, "/callback?state=&code=a")).status).toBe(400);
});

it("listens on both address families under the name localhost", async () => {
  const receiver = await open({ host: "localhost", path: "/", ports: [0] });
  const { port } = new URL(receiver.redirectUri);
  expect(receiver.redirectUri).toBe(`http://localhost:${port}`);
  for (const address of ["127.0.0.1", "::1"]) {
    expect((await ask(receiver, "/?state=no&code=a", { address })).status).toBe(400);
  }
});

it("takes the next of the registered ports when one is taken, and says so when all are", async () => {
  const taken = await occupy();
  const free = await occupy();
  free.server.close();
  const receiver = await open({ ...loopback, ports: [taken.port, free.port] });
  expect(receiver.redirectUri).toBe(`http://127.0.0.1:${free.port}/callback`);
  await expect(openReceiver({ ...loopback, ports: [taken.port] })).rejects.toMatchObject({ code: "misconfigured" });
});

it("stops waiting with the signal’s reason", async () => {
  const receiver = await open(loopback);
  const end = new AbortController();
  const waiting = receiver.wait("s3cret", end.signal);
  end.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});

it("frees its port when it is closed", async () => {
  const receiver = await open(loopback);
  receiver.close();
  await expect(ask(receiver, "/callback")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

async function open(address: RedirectAddress): Promise<Receiver> {
  const receiver = await openReceiver(address);
  opened.push(receiver);
  return receiver;
}

async function occupy(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  opened.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, port: address.port };
}

interface Page {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** node:http sends the path and the Host as they are given, which fetch does not. */
function ask(
  receiver: Receiver,
  path: string,
  how: { readonly host?: string; readonly method?: string; readonly address?: string } = {},
): Promise<Page> {
  const { port, host } = new URL(receiver.redirectUri);
  const name = how.host === "localhost" ? `localhost:${port}` : (how.host ?? host);
  return new Promise((resolve, reject) => {
    const options = {
      host: how.address ?? "127.0.0.1",
      port,
      path,
      method: how.method ?? "GET",
      headers: { host: name },
    };
    const outgoing = request(options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode, body, headers: response.headers }));
    });
    outgoing.on("error", reject).end();
  });
}
