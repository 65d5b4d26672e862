import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { signedIn, type Workbench } from "./workbench.ts";

/** What reached the gateway: headers flat as they came, and the body. */
interface Seen {
  readonly headers: readonly string[];
  readonly body: string;
}

let bench: Workbench;
let port: number;
let token: string;
let seen: Seen[];
beforeAll(async () => {
  bench = await signedIn();
  ({ token } = await bench.client.addClient("cursor"));
  await bench.client.openTunnel();
  const { tunnel } = bench.client.state();
  if (tunnel.state !== "open") throw new Error("The tunnel is not open.");
  ({ port } = tunnel);
  bench.gateway.mcp = async (request, response) => {
    // Null where the client went first.
    const body = await text(request).catch(() => null);
    if (body !== null) seen.push({ headers: request.rawHeaders, body });
    response.end("{}");
  };
});
beforeEach(() => {
  seen = [];
});
afterAll(() => bench.close());

async function text(request: IncomingMessage): Promise<string> {
  let all = "";
  for await (const chunk of request) all += String(chunk);
  return all;
}

/** The statuses of all answers to these bytes, sent on one connection until the tunnel ends it. */
async function answers(bytes: string): Promise<string[]> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(bytes, "latin1");
  let got = "";
  socket.on("data", (chunk) => (got += String(chunk)));
  await once(socket, "close");
  return [...got.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map((found) => found[1] ?? "");
}

const own = () => `Host: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n`;
const post = (headers: string, body = "") => `POST /mcp/files HTTP/1.1\r\n${headers}\r\n${body}`;

it.each<[string, () => string]>([
  ["a second Host", () => post(`${own()}Host: 127.0.0.1:${port}\r\nContent-Length: 0\r\n`)],
  ["a second, foreign Host", () => post(`${own()}host: evil.example\r\nContent-Length: 0\r\n`)],
  ["a list of Hosts", () => post(own().replace("Host: ", "Host: evil.example, ") + "Content-Length: 0\r\n")],
  ["our Host with a dot behind it", () => post(own().replace(`:${port}`, `.:${port}`) + "Content-Length: 0\r\n")],
  ["our Host as a prefix", () => post(own().replace(`:${port}`, `:${port}.evil.example`) + "Content-Length: 0\r\n")],
  ["our Host with a name in front", () => post(own().replace("127.", "evil@127.") + "Content-Length: 0\r\n")],
  ["our Host in IPv6 long form", () => post(own().replace("127.0.0.1", "[0:0:0:0:0:0:0:1]") + "Content-Length: 0\r\n")],
  ["our Host as mapped IPv4", () => post(own().replace("127.0.0.1", "[::ffff:127.0.0.1]") + "Content-Length: 0\r\n")],
  ["our Host in decimal", () => post(own().replace("127.0.0.1", "2130706433") + "Content-Length: 0\r\n")],
  ["our Host in capitals", () => post(own().replace("127.0.0.1", "LOCALHOST") + "Content-Length: 0\r\n")],
  ["an empty Origin", () => post(`${own()}Origin:\r\nContent-Length: 0\r\n`)],
  ["our own Origin", () => post(`${own()}Origin: http://127.0.0.1:${port}\r\nContent-Length: 0\r\n`)],
  ["a second token", () => post(`${own()}Authorization: Bearer ${token}\r\nContent-Length: 0\r\n`)],
  ["a token with more", () => post(own().replace(token, `${token}, x`) + "Content-Length: 0\r\n")],
  ["both lengths", () => post(`${own()}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n`, "0\r\n\r\n")],
  ["two lengths", () => post(`${own()}Content-Length: 4\r\nContent-Length: 0\r\n`, "abcd")],
  ["an odd transfer coding", () => post(`${own()}Transfer-Encoding: chunked, identity\r\n`, "0\r\n\r\n")],
  ["a length with a sign", () => post(`${own()}Content-Length: +4\r\n`, "abcd")],
  ["a folded header", () => post(`${own()}X-A: 1\r\n Authorization: x\r\nContent-Length: 0\r\n`)],
  ["a bare newline", () => post(`${own()}X-A: 1\nCountersign-Device: x\r\nContent-Length: 0\r\n`)],
  ["a blank before the colon", () => post(`${own()}Countersign-Device : x\r\nContent-Length: 0\r\n`)],
  ["an encoded path", () => post(`${own()}Content-Length: 0\r\n`).replace("/files", "/%66iles")],
  ["a path with a query", () => post(`${own()}Content-Length: 0\r\n`).replace("/files", "/files?x=/v1/me")],
  ["a path with a dot segment", () => post(`${own()}Content-Length: 0\r\n`).replace("/files", "/files/../files")],
  ["a path with a NUL", () => post(`${own()}Content-Length: 0\r\n`).replace("/files", "/files\0")],
  ["a fragment", () => post(`${own()}Content-Length: 0\r\n`).replace("/files", "/files#x")],
])("passes nothing on of a request with %s", async (_name, request) => {
  expect(await answers(request())).toEqual([expect.stringMatching(/^4\d\d$/)]);
  expect(seen).toEqual([]);
});

it("says who calls itself, whatever the client says", async () => {
  const claims = ["Countersign-Device: d", "COUNTERSIGN-CLIENT: x", "Countersign-Other: y", "X-Forwarded-For: 1.1.1.1"];
  const others = ["Forwarded: for=1.1.1.1", "Via: x", "Cookie: a=b", "Proxy-Authorization: Basic x", "TE: trailers"];
  const proofs = ["DPoP: x", 'Signature-Input: countersign=("@method")', "Signature: countersign=:AA==:"];
  const hops = "Connection: close, authorization, countersign-client, content-length, host, x-hop\r\nX-Hop: 1\r\n";
  const lines = [...claims, ...others, ...proofs].map((line) => `${line}\r\n`).join("");
  expect(await answers(post(`${own()}${lines}${hops}Content-Length: 2\r\n`, "{}"))).toEqual(["200"]);
  const [{ headers, body } = { headers: [], body: "" }] = seen;
  const values = (name: string) =>
    headers.filter((_value, at) => at % 2 === 1 && headers[at - 1]?.toLowerCase() === name);
  expect(values("authorization")).toEqual(["Bearer token-1"]);
  expect(values("countersign-client")).toEqual(["cursor"]);
  expect(values("countersign-device")).toEqual([expect.stringMatching(/^device-/)]);
  for (const name of [
    "countersign-other",
    "x-forwarded-for",
    "forwarded",
    "via",
    "cookie",
    "proxy-authorization",
    "dpop",
    "signature-input",
    "signature",
    "x-hop",
  ])
    expect(values(name), name).toEqual([]);
  expect(body).toBe("{}");
  expect(JSON.stringify(seen)).not.toContain(token);
});

it("passes on one request where the body looks like a second", async () => {
  const inner = post(`${own()}Content-Length: 0\r\n`);
  const chunked = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
  expect(await answers(post(`${own()}Transfer-Encoding: chunked\r\nConnection: close\r\n`, chunked))).toEqual(["200"]);
  expect(seen.map(({ body }) => body)).toEqual([inner]);
});

it("does nothing of what comes behind a refusal on the same connection: its client has no answer, and may send it again", async () => {
  const call = post(`${own()}Content-Length: 2\r\n`, "{}");
  const refused = call.replace("cst_", "cst-");
  // The refusal's head stands right behind the first answer's body, in no line of its own.
  expect(await answers(`${call}${refused}${call}`)).toEqual(["200"]);
  expect(seen).toHaveLength(1);
});

it("drops the body of a GET rather than pass on what could be read as a request", async () => {
  const inner = post(`${own()}Content-Length: 0\r\n`);
  const get = `GET /mcp/files HTTP/1.1\r\n${own()}Content-Length: ${inner.length}\r\nConnection: close\r\n\r\n${inner}`;
  expect(await answers(get)).toEqual(["200"]);
  expect(seen.map(({ body }) => body)).toEqual([""]);
});

it("serves others while fifty clients send their bodies without end", async () => {
  const slow = Array.from({ length: 50 }, () => connect(port, "127.0.0.1"));
  for (const socket of slow) {
    socket.on("error", () => undefined);
    socket.write(post(`${own()}Transfer-Encoding: chunked\r\n`, "1\r\n{\r\n"));
  }
  expect(await answers(post(`${own()}Content-Length: 2\r\nConnection: close\r\n`, "{}"))).toEqual(["200"]);
  for (const socket of slow) socket.destroy();
});
