import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { createServer, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDevice } from "../../../src/client/device.ts";
import { agreement } from "../../../src/client/gateway-session/signing.ts";
import { freePort } from "../../../src/demo/free-port.ts";
import { proofParameters } from "../../../src/shared/gateway-session.ts";
import { openGround, result, type Ground } from "../../gateway/mcp/ground.ts";
import { installClient, type InstalledClient } from "../../support/installed-client.ts";

/** What went over the way between client and gateway: all that a log, a trace or an inspecting proxy there could keep. */
interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
}

let ground: Ground & { close(): Promise<void> };
let installed: InstalledClient;
const seen: Seen[] = [];
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  const port = await freePort();
  const between = `http://127.0.0.1:${port}`;
  ground = await openGround(
    (_request, response, body) => {
      response.writeHead(200, { "content-type": "application/json" }).end(result(body, { content: [] }));
    },
    undefined,
    { publicUrl: between },
  );
  const watched = createServer((incoming, outgoing) => {
    const { method = "", url = "" } = incoming;
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    seen.push({ method, url, headers });
    const onward = request(`${ground.url}${url}`, { method, headers: incoming.headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  // The approvals stream isn't carried: the client is online for calls without it.
  await new Promise<void>((resolve) => void watched.listen(port, "127.0.0.1", resolve));
  watched.on("upgrade", (incoming, socket, head) => {
    const onward = request(`${ground.url}${incoming.url}`, { headers: incoming.headers, agent: false });
    onward.on("upgrade", (answer, far, farHead) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
      socket.write(farHead);
      far.write(head);
      far.pipe(socket).pipe(far);
      for (const each of [far, socket]) each.on("error", () => (far.destroy(), socket.destroy()));
    });
    onward.on("error", () => socket.destroy());
    onward.end();
  });
  closers.push(() => (watched.closeAllConnections(), watched.close()));
  installed = await installClient(ground, { gateway: between });
});
afterAll(async () => {
  await installed.close();
  for (const close of closers) close();
  await ground.close();
});

/** How another process is answered that sends these. */
async function asThief(requests: readonly Seen[]): Promise<unknown> {
  const child = spawn(process.execPath, [new URL("thief.ts", import.meta.url).pathname], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(requests.map((each) => ({ ...each, url: `${ground.url}${each.url}` }))));
  return JSON.parse(await text(child.stdout));
}

const refusals = () =>
  ground.ledger().flatMap(({ kind, body }) => (kind === "auth.refused" ? [JSON.parse(body) as object] : []));
const plain = ({ method, url, headers }: Seen, change: Record<string, string> = {}): Seen => ({
  method,
  url,
  headers: {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => ["authorization", "dpop"].includes(name))),
    ...change,
  },
});

describe("what was copied of a client's session", () => {
  it("is refused to another process without the device's key, whatever it makes of it, and the ledger tells of it", async () => {
    expect(await installed.call("get_one")).toMatchObject({ result: {} });
    const asked = seen.findLast(({ url, headers }) => url === "/v1/connections" && headers["signature"] !== undefined);
    const begun = seen.findLast(({ url }) => url === "/v1/session");
    if (asked === undefined || begun === undefined) throw new Error("the client has not asked in a session");
    const session = /keyid="([^"]+)"/.exec(asked.headers["signature-input"] ?? "")?.[1] ?? "";
    const created = Math.floor(Date.now() / 1000);
    const forged = {
      "signature-input": `cs=${proofParameters({ created, nonce: 4000, session })}`,
      signature: `cs=:${randomBytes(32).toString("base64")}:`,
    };
    // The provider's token begins a session with an enrolled device's key alone; the thief has one of its own.
    const own = await openDevice(null, "", "thief");
    const token = (begun.headers["authorization"] ?? "").slice("Bearer ".length);
    const nonce = (await fetch(`${ground.url}/v1/session`, { method: "POST", headers: plain(begun).headers })).headers;
    const dpop = await own.prove({
      jti: randomBytes(16).toString("base64url"),
      htm: "POST",
      htu: `${new URL(`http://${begun.headers["host"]}`).origin}/v1/session`,
      iat: created,
      ath: createHash("sha256").update(token).digest("base64url"),
      nonce: nonce.get("dpop-nonce") ?? "",
      epk: agreement().epk,
    });
    const before = refusals().length;
    const copied = { ...asked, headers: { ...asked.headers } };
    expect(await asThief([plain(asked), copied, plain(asked, forged), plain(begun), plain(begun, { dpop })])).toEqual([
      { status: 401, code: "proof_missing" },
      { status: 401, code: "proof_replayed" },
      { status: 401, code: "proof_signature" },
      { status: 401, code: "proof_replayed" },
      { status: 403, code: "unknown_device" },
    ]);
    const whose = { session, principal: "staff:erin" };
    expect(refusals().slice(before)).toMatchObject([
      { code: "proof_missing", ...whose },
      { code: "proof_replayed", ...whose },
      { code: "proof_signature", ...whose },
      { code: "proof_replayed", principal: "staff:erin", path: "/v1/session" },
      { code: "unknown_device", principal: "staff:erin", path: "/v1/session" },
    ]);
    // Whose session it is goes on in it.
    expect(await installed.call("get_one")).toMatchObject({ result: {} });
    const text = JSON.stringify([ground.ledger(), ground.log]);
    for (const secret of [token, (asked.headers["authorization"] ?? "").slice("Session ".length)])
      expect(text).not.toContain(secret);
  });
});
