import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { signedIn, until, type Workbench } from "./workbench.ts";

let bench: Workbench;
let pages: string;
let clock: number;
let origin: string;
beforeEach(async () => {
  clock = Date.now();
  bench = await signedIn({ now: () => clock });
  pages = await mkdtemp(join(tmpdir(), "countersign-pages-"));
  await mkdir(join(pages, "assets"));
  await writeFile(join(pages, "index.html"), "<!doctype html><title>Console</title>");
  await writeFile(join(pages, "assets", "main.js"), "export {};");
  await bench.client.serveConsole(pages);
  origin = new URL(bench.client.consoleLink()).origin;
});
afterEach(async () => {
  await bench.close();
  await rm(pages, { recursive: true, force: true });
});

const newCode = () => new URL(bench.client.consoleLink()).hash.replace("#code=", "");
const exchange = (code: string, headers: Record<string, string> = { origin }) =>
  fetch(`${origin}/session`, { method: "POST", headers, body: JSON.stringify({ code }) });

async function newKey(): Promise<string> {
  const { key } = (await (await exchange(newCode())).json()) as { key: string };
  return key;
}

/** The status of a request sent with exactly these headers to exactly this target. */
function status(target: string, headers: Record<string, string> = {}, method = "GET"): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(origin);
    const asked = httpRequest({ hostname, port, path: target, method, headers: { host, ...headers } });
    asked.on("error", reject);
    asked.on("response", (answer: IncomingMessage) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.end();
  });
}

/** A bridge on which everything that arrives is kept. */
async function openBridge(from = origin): Promise<{ socket: WebSocket; got: unknown[]; closed: Promise<number> }> {
  const socket = new WebSocket(`${origin.replace("http", "ws")}/bridge`, { origin: from });
  const got: unknown[] = [];
  socket.on("message", (data: Buffer) => got.push(JSON.parse(data.toString())));
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  await once(socket, "open");
  return { socket, got, closed };
}

describe("headless console's pages", () => {
  it("are served on both families under a strict policy", async () => {
    const { port } = new URL(origin);
    for (const host of ["127.0.0.1", "[::1]", "localhost"]) {
      const answer = await fetch(`http://${host}:${port}/`);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain("Console");
      const policy = answer.headers.get("content-security-policy");
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;");
      expect(policy).toContain("frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
      expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${port}`);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("set-cookie")).toBeNull();
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
    const script = await fetch(`${origin}/assets/main.js`);
    expect(script.headers.get("content-type")).toContain("text/javascript");
  });

  it.each([
    "/../../profile.json",
    "/%2e%2e/profile.json",
    "/assets/",
    "/assets",
    "/index.html?x",
    "//index.html",
    "/x",
  ])("hold nothing at %s", async (target) => {
    expect(await status(target)).toBe(404);
  });

  it.each(["evil.example", "127.0.0.1", "localhost:1", "LOCALHOST"])("are not served to Host %s", async (host) => {
    expect(await status("/", { host })).toBe(403);
  });

  it.each(["null", "http://evil.example", "http://localhost:1"])("are not served to Origin %s", async (from) => {
    expect(await status("/", { origin: from })).toBe(403);
    expect(await status("/session", { origin: from }, "POST")).toBe(403);
  });

  it("are only read", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) expect(await status("/", {}, method)).toBe(405);
    expect(await status("/session", { origin })).toBe(405);
  });
});

describe("headless console's link", () => {
  it("carries a new code each time, in its fragment", () => {
    const links = [bench.client.consoleLink(), bench.client.consoleLink()];
    expect(new Set(links).size).toBe(2);
    for (const link of links) expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#code=[\w-]{43}$/);
  });

  it("is good once", async () => {
    const code = newCode();
    expect((await exchange(code)).status).toBe(200);
    expect((await exchange(code)).status).toBe(401);
  });

  it("is good for a minute", async () => {
    const [late, early] = [newCode(), newCode()];
    clock += 59_999;
    expect((await exchange(early)).status).toBe(200);
    clock += 1;
    expect((await exchange(late)).status).toBe(401);
  });

  it("is good for our own page only", async () => {
    const code = newCode();
    expect((await exchange(code, {})).status).toBe(403);
    expect((await exchange(code, { origin: "null" })).status).toBe(403);
    expect((await exchange(code)).status).toBe(200);
  });

  it("can't be guessed or sent in another shape", async () => {
    expect((await exchange("a".repeat(43))).status).toBe(401);
    expect((await exchange("short")).status).toBe(400);
    const long = await fetch(`${origin}/session`, { method: "POST", headers: { origin }, body: "x".repeat(5_000) });
    expect(long.status).toBe(400);
  });
});

describe("headless console's bridge", () => {
  it("sends the state after the key, then what changes of it, and the whole again when asked", async () => {
    const { socket, got } = await openBridge();
    socket.send(JSON.stringify({ key: await newKey() }));
    await expect.poll(() => got.length).toBe(1);
    expect(got[0]).toMatchObject({
      event: "state",
      data: { kind: "whole", state: { session: { state: "signed-in" } } },
    });
    await bench.gateway.put({ id: "a1" });
    await expect
      .poll(() => got.at(-1))
      .toMatchObject({ event: "state", data: { kind: "change", approvals: { put: [{ id: "a1" }], gone: [] } } });
    expect(got.at(-1)).toMatchObject({ data: { revision: got.length - 1, parts: {} } });
    socket.send(JSON.stringify({ id: 7, call: "state.whole", input: {} }));
    const whole = { kind: "whole", revision: got.length - 1, state: { approvals: [{ id: "a1" }] } };
    await expect.poll(() => got.at(-1)).toMatchObject({ id: 7, result: { ok: true, value: whole } });
    bench.client.show("a1");
    await expect.poll(() => got.at(-1)).toEqual({ event: "show", data: { approval: "a1" } });
  });

  it("answers calls, as made in a window", async () => {
    const { socket, got } = await openBridge();
    socket.send(JSON.stringify({ key: await newKey() }));
    socket.send(JSON.stringify({ id: 1, call: "connections.copyAddress", input: { name: "files" } }));
    await expect.poll(() => got.at(-1)).toMatchObject({ id: 1, result: { ok: false, error: { code: "not_running" } } });
    for (const call of ["clients.add", "toString", "__proto__"]) {
      socket.send(JSON.stringify({ id: 2, call, input: {} }));
      await expect.poll(() => got.at(-1)).toMatchObject({ id: 2, result: { error: { code: "bad_request" } } });
      got.pop();
    }
    const input = { id: "a1", step: 1, verdict: "deny", reason: "", digest: "a".repeat(43) };
    await bench.gateway.put({ id: "a1" });
    await expect.poll(() => bench.client.state().approvals.length).toBe(1);
    socket.send(JSON.stringify({ id: 3, call: "approvals.decide", input }));
    await expect.poll(() => got.at(-1)).toMatchObject({ id: 3, result: { error: { code: "digest_mismatch" } } });
    expect(bench.gateway.decisions[0]?.payload.presence).toBe("window");
  });

  it.each([{ key: "a".repeat(43) }, { key: "" }, {}, { id: 1, call: "session.signOut", input: {} }])(
    "says nothing and closes after %j",
    async (first) => {
      const { socket, got, closed } = await openBridge();
      await bench.gateway.put({ id: "a1" });
      socket.send(JSON.stringify(first));
      expect(await closed).toBe(4401);
      expect(got).toEqual([]);
      expect(bench.client.state().session.state).toBe("signed-in");
    },
  );

  it("keeps little for a page that reads nothing, and tells it how it stands once it does", async () => {
    const { socket, got } = await openBridge();
    socket.send(JSON.stringify({ key: await newKey() }));
    await expect.poll(() => got.length).toBe(1);
    socket.pause();
    const payload = { arguments: { content: "x".repeat(2_000_000) }, hidden: [] };
    const changes = 30;
    let newest = 0;
    for (let change = 0; change < changes; change += 1) {
      newest = (await bench.gateway.put({ id: "a1", payload })).revision;
      const known = newest;
      await until(bench.client, ({ approvals }) => approvals[0]?.revision === known);
    }
    socket.resume();
    await expect
      .poll(() => got.at(-1), { timeout: 20_000 })
      .toMatchObject({ data: { approvals: { put: [{ id: "a1", revision: newest }] } } });
    expect(got.length).toBeLessThan(changes / 2);
    expect(got.at(-1)).toMatchObject({ data: { revision: got.length - 1 } });
  }, 40_000);

  it("says nothing before the key", async () => {
    const { got } = await openBridge();
    await bench.gateway.put({ id: "a1" });
    await expect.poll(() => bench.client.state().approvals.length).toBe(1);
    expect(got).toEqual([]);
  });

  it("does not take a code for a key", async () => {
    const { socket, closed } = await openBridge();
    socket.send(JSON.stringify({ key: newCode() }));
    expect(await closed).toBe(4401);
  });

  it.each(["http://evil.example", "null", "http://localhost:1"])("is not opened to Origin %s", async (from) => {
    await expect(openBridge(from)).rejects.toThrow("403");
  });

  it("is not opened under another path", async () => {
    const socket = new WebSocket(`${origin.replace("http", "ws")}/bridge?x`, { origin });
    await expect(once(socket, "open")).rejects.toThrow("403");
  });

  it("ends with its client", async () => {
    const { socket, closed } = await openBridge();
    socket.send(JSON.stringify({ key: await newKey() }));
    await bench.client.close();
    expect(await closed).toBe(1006);
  });
});
