import { createSecretKey, randomBytes } from "node:crypto";
import { request } from "node:http";
import { WebSocket } from "ws";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDevice } from "../../src/client/device.ts";
import type { DpopClaims } from "../../src/shared/gateway-session.ts";
import {
  exchanging,
  install,
  type Installation,
  type OpenSession,
  type ProofChange,
} from "../support/gateway-session.ts";
import { openGround, result, type Ground } from "./mcp/ground.ts";

let ground: Ground & { close(): Promise<void> };
let token: string;
let installation: Installation;
const now = (): number => Date.now() + ground.clock.aheadMs;

beforeAll(async () => {
  ground = await openGround((_request, response, body) => {
    const { method } = JSON.parse(body) as { method: string };
    const value = method === "tools/list" ? { tools: [] } : { content: [] };
    response.writeHead(200, { "content-type": "application/json" }).end(result(body, value));
  });
  token = await ground.token("erin", ["engineers"]);
  installation = await install(ground.url, token, now);
});
afterAll(() => ground.close());
beforeEach(() => void (ground.clock.aheadMs += 61_000));

async function codeOf(answer: Response): Promise<{ readonly status: number; readonly code: unknown }> {
  const body = (await answer.json()) as { error?: { code?: unknown } };
  return { status: answer.status, code: body.error?.code ?? null };
}

/** One request with exactly these headers, by Node itself, which changes none. */
function ask(
  path: string,
  headers: Record<string, string>,
  method = "GET",
): Promise<{ status: number; code: unknown }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${ground.url}${path}`, { method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      answer.on("end", () => {
        const body = JSON.parse(text === "" ? "{}" : text) as { error?: { code?: unknown } };
        resolve({ status: answer.statusCode ?? 0, code: body.error?.code ?? null });
      });
    });
    asked.on("error", reject).end();
  });
}

const refusals = () => ground.ledger().flatMap(({ kind, body }) => (kind === "auth.refused" ? [JSON.parse(body)] : []));

/** First of all: of an address that is refused often, the ledger has no more than a number. */
describe("the ledger", () => {
  it("tells of a session's token that comes without its key, and of a proof that comes again", async () => {
    const jti = randomBytes(16).toString("base64url");
    const session = await installation.begin({ jti });
    const headers = session.headers("GET", "/v1/me");
    expect(await ask("/v1/me", headers)).toMatchObject({ status: 200 });
    expect(await ask("/v1/me", headers)).toEqual({ status: 401, code: "proof_replayed" });
    const thief = { ...headers, signature: `cs=:${randomBytes(32).toString("base64")}:` };
    const moved = {
      ...thief,
      "signature-input": headers["signature-input"]?.replace(/nonce="\d+"/, 'nonce="77"') ?? "",
    };
    expect(await ask("/v1/connections", moved)).toEqual({ status: 401, code: "proof_signature" });
    const { authorization = "" } = headers;
    expect(await ask("/mcp/target", { authorization })).toEqual({ status: 401, code: "proof_missing" });
    expect(await codeOf(await installation.exchange({ jti }))).toEqual({ status: 401, code: "proof_replayed" });
    const whose = { principal: "staff:erin", session: session.begun.session };
    expect(refusals()).toMatchObject([
      { code: "proof_replayed", path: "/v1/me", ...whose },
      { code: "proof_signature", path: "/v1/connections", ...whose },
      { code: "proof_missing", path: "/mcp/target", ...whose },
      { code: "proof_replayed", path: "/v1/session", principal: "staff:erin" },
    ]);
  });
});

describe("the exchange for a session", () => {
  it("asks for its nonce, then answers a session of minutes that is recorded with its device, and never its token or key", async () => {
    const first = await installation.exchange({ nonce: "AAAA" });
    expect(first.headers.get("www-authenticate")).toBe('DPoP error="use_dpop_nonce", algs="EdDSA"');
    expect(await codeOf(first)).toEqual({ status: 401, code: "use_dpop_nonce" });
    const { begun, key } = await installation.begin();
    expect(begun.expiresAtMs - begun.nowMs).toBe(300_000);
    expect(await ask("/v1/me", (await installation.begin()).headers("GET", "/v1/me"))).toEqual({
      status: 200,
      code: null,
    });
    const entries = ground.ledger();
    const device = installation.device.idFor("me");
    expect(
      entries.filter(({ kind, body }) => kind === "gateway-session.begun" && body.includes(begun.session)),
    ).toEqual([{ kind: "gateway-session.begun", body: expect.stringContaining(`"device":"${device}"`) }]);
    const text = JSON.stringify([entries, ground.log]);
    for (const secret of [begun.token, token, key.export().toString("base64url")]) expect(text).not.toContain(secret);
  });

  it("goes on under the same id with a renewal by the same key, which the ledger need not tell", async () => {
    const { begun } = await installation.begin();
    const before = ground.ledger().length;
    const renewed = await installation.begin({ renews: begun.session });
    expect(renewed.begun.session).toBe(begun.session);
    expect(renewed.begun.token).not.toBe(begun.token);
    expect(ground.ledger()).toHaveLength(before);
    const other = await install(ground.url, token, now);
    expect((await other.begin({ renews: begun.session })).begun.session).not.toBe(begun.session);
  });

  const claims: [string, Partial<DpopClaims>, string][] = [
    ["method", { htm: "GET" }, "proof_wrong_method"],
    ["address", { htu: "https://elsewhere.example/v1/session" }, "proof_wrong_address"],
    ["token", { ath: "0".repeat(43) }, "proof_wrong_token"],
    ["time, a day ago", { iat: Math.floor(Date.now() / 1000) - 86_400 }, "proof_stale"],
    ["key of the exchange, no point", { epk: "A".repeat(43) }, "proof_malformed"],
    ["key of the exchange, too short", { epk: "AAAA" }, "proof_malformed"],
    ["id, too short to be unique", { jti: "1" }, "proof_malformed"],
    ["nonce of another gateway", { nonce: randomBytes(18).toString("base64url") }, "use_dpop_nonce"],
  ];
  it.each(claims)("refuses a proof with another %s by its own code", async (_name, change, code) => {
    await installation.begin();
    expect(await codeOf(await installation.exchange(change))).toEqual({ status: 401, code });
  });

  const parts: [string, (proof: string) => string | null, string][] = [
    ["that is missing", () => null, "proof_missing"],
    ["that is no JWS", () => "x", "proof_malformed"],
    ["of another type", headed({ typ: "jwt" }), "proof_malformed"],
    ["of another algorithm", headed({ alg: "none" }), "proof_malformed"],
    ["with an extension", headed({ crit: ["x"] }), "proof_malformed"],
    ["with a private key in it", headed({ d: "x" }, "jwk"), "proof_malformed"],
    ["whose header names another key", headed({ x: "A".repeat(43) }, "jwk"), "proof_signature"],
    [
      "whose claims were changed",
      (proof) => proof.replace(/\.(.)/, (_all, one) => (one === "e" ? ".f" : ".e")),
      "proof_signature",
    ],
    ["whose signature was changed", (proof) => `${proof.slice(0, -8)}AAAAAAAA`, "proof_signature"],
  ];
  it.each(parts)("refuses a proof %s", async (_name, change, code) => {
    await installation.begin();
    expect(await codeOf(await installation.exchange({}, change))).toEqual({ status: 401, code });
  });

  it("gives nothing for a person's token alone: another key than an enrolled one of theirs is refused", async () => {
    const thief = exchanging(ground.url, token, await openDevice(null, ground.url, "thief"), now);
    await thief.exchange();
    expect(await codeOf(await thief.exchange())).toEqual({ status: 403, code: "unknown_device" });
    const other = exchanging(ground.url, await ground.token("mallory", []), installation.device, now);
    await other.exchange();
    expect(await codeOf(await other.exchange())).toEqual({ status: 403, code: "unknown_device" });
  });

  it("gives a service a session of its own key, as it can enrol no device", async () => {
    const service = exchanging(
      ground.url,
      await ground.token("app", []),
      await openDevice(null, ground.url, "job"),
      now,
    );
    expect((await service.begin()).begun.session).toMatch(/^gs_/);
  });
});

describe("a request in a session", () => {
  let session: OpenSession;
  beforeAll(async () => {
    ground.clock.aheadMs += 61_000;
    session = await installation.begin();
  });
  beforeEach(async () => void (session = await installation.begin({ renews: session.begun.session })));

  const changes: [string, ProofChange, string][] = [
    ["method", { signedMethod: "POST" }, "proof_signature"],
    ["path", { signedTarget: "http://127.0.0.1:1/v1/connections" }, "proof_signature"],
    ["token in what was signed", { signedToken: `gt_${"x".repeat(43)}` }, "proof_signature"],
    ["token", { token: `gt_${"x".repeat(43)}` }, "session_unknown"],
    ["key", { key: createSecretKey(randomBytes(32)) }, "proof_signature"],
    ["session", { session: `gs_${"x".repeat(22)}` }, "proof_wrong_token"],
    ["time, two minutes ago", { created: 1 }, "proof_stale"],
    ["number, as a word", { parameters: (text) => text.replace(/nonce="\d+"/, 'nonce="x"') }, "proof_malformed"],
    ["number, with a zero before it", { parameters: (text) => text.replace('nonce="', 'nonce="0') }, "proof_malformed"],
    ["algorithm", { parameters: (text) => text.replace("hmac-sha256", "hmac-sha512") }, "proof_malformed"],
    ["purpose", { parameters: (text) => text.replace('tag="countersign"', 'tag="other"') }, "proof_malformed"],
    ["extent: without the method", { parameters: (text) => text.replace('"@method" ', "") }, "proof_malformed"],
    ["extent: without the address", { parameters: (text) => text.replace('"@target-uri" ', "") }, "proof_malformed"],
    ["extent: without the token", { parameters: (text) => text.replace(' "authorization"', "") }, "proof_malformed"],
    ["member", { parameters: (text) => `${text};expires=99999999999` }, "proof_malformed"],
  ];
  it.each(changes)("is refused with another %s by its own code", async (_name, change, code) => {
    expect(await ask("/v1/me", session.headers("GET", "/v1/me", change))).toEqual({ status: 401, code });
  });

  it("is refused with its proof at another method, path or query", async () => {
    const refused = { status: 401, code: "proof_signature" };
    expect(await ask("/v1/me", session.headers("GET", "/v1/me"), "POST")).toEqual(refused);
    expect(await ask("/v1/connections", session.headers("GET", "/v1/me"))).toEqual(refused);
    expect(await ask("/v1/approvals?state=x", session.headers("GET", "/v1/approvals"))).toEqual(refused);
  });

  it.each(["signature", "signature-input"])(
    "is refused without its %s: a copied token is worth nothing",
    async (name) => {
      const { [name]: _left, ...headers } = session.headers("GET", "/v1/me");
      expect(await ask("/v1/me", headers)).toEqual({ status: 401, code: "proof_missing" });
      const { begun } = session;
      expect(await ask("/v1/me", { authorization: `Bearer ${begun.token}` })).toMatchObject({ code: "token_invalid" });
    },
  );

  it("is refused a second time, in whatever order requests come", async () => {
    const [first, second] = [session.headers("GET", "/v1/me"), session.headers("GET", "/v1/me")];
    expect(await ask("/v1/me", second)).toMatchObject({ status: 200 });
    expect(await ask("/v1/me", first)).toMatchObject({ status: 200 });
    for (const again of [first, second])
      expect(await ask("/v1/me", again)).toEqual({ status: 401, code: "proof_replayed" });
  });

  it("is refused once its number lies too far below the highest", async () => {
    expect(await ask("/v1/me", session.headers("GET", "/v1/me", { nonce: 100_000 }))).toMatchObject({ status: 200 });
    const code = async (nonce: number) => (await ask("/v1/me", session.headers("GET", "/v1/me", { nonce }))).code;
    expect([await code(95_904), await code(95_905), await code(95_905), await code(1)]).toEqual([
      "proof_replayed",
      null,
      "proof_replayed",
      "proof_replayed",
    ]);
  });

  it("holds on after its renewal for as long as requests are under way, and no longer", async () => {
    const old = session;
    session = await installation.begin({ renews: old.begun.session });
    expect(await ask("/v1/me", old.headers("GET", "/v1/me"))).toMatchObject({ status: 200 });
    ground.clock.aheadMs += 61_000;
    expect(await ask("/v1/me", old.headers("GET", "/v1/me"))).toMatchObject({ code: "session_ended" });
    expect(await ask("/v1/me", session.headers("GET", "/v1/me"))).toMatchObject({ status: 200 });
    ground.clock.aheadMs += 300_000;
    expect((await ask("/v1/me", session.headers("GET", "/v1/me"))).code).toMatch(/^session_(ended|unknown)$/);
    session = await installation.begin();
  });

  it("ends its session where it asks for that, which is recorded", async () => {
    const own = await installation.begin();
    expect(await ask("/v1/session", own.headers("DELETE", "/v1/session"), "DELETE")).toEqual({
      status: 204,
      code: null,
    });
    expect(await ask("/v1/me", own.headers("GET", "/v1/me"))).toEqual({ status: 401, code: "session_unknown" });
    expect(ground.ledger()).toContainEqual({
      kind: "gateway-session.ended",
      body: JSON.stringify({ principal: "staff:erin", session: own.begun.session, why: "by its client" }),
    });
  });

  it("opens the approvals stream, whose address with its query is part of the proof", async () => {
    const path = "/v1/approvals/stream?after=0";
    const open = (headers: Record<string, string>) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(`${ground.url.replace("http", "ws")}${path}`, { headers });
        socket.on("error", () => resolve("refused"));
        socket.on("message", () => {
          socket.close();
          resolve("open");
        });
      });
    expect(await open(session.headers("GET", path))).toBe("open");
    expect(await open(session.headers("GET", "/v1/approvals/stream"))).toBe("refused");
  });
});

describe("an address that takes sessions alone", () => {
  it("refuses the provider's own token by where it is set, and leads nobody to get one", async () => {
    const bearer = { authorization: `Bearer ${token}` };
    const metadata = async () =>
      (await (await fetch(`${ground.url}/.well-known/oauth-protected-resource/mcp/target`)).json()) as object;
    expect(await metadata()).toMatchObject({ bearer_methods_supported: ["header"] });
    await ground.reload((config) => {
      config.accepts = "sessions";
    });
    expect(await ask("/v1/connections", bearer)).toEqual({ status: 403, code: "session_needed" });
    expect(await ask("/mcp/target", bearer)).toEqual({ status: 403, code: "session_needed" });
    expect(await ask("/v1/me", bearer)).toMatchObject({ status: 200 });
    expect(await metadata()).toMatchObject({ bearer_methods_supported: [], dpop_bound_access_tokens_required: true });
    const session = await installation.begin();
    expect(await ask("/v1/connections", session.headers("GET", "/v1/connections"))).toMatchObject({ status: 200 });
    await ground.reload((config) => {
      config.connections = config.connections.map((each) => ({ ...each, accepts: "provider-tokens" }));
    });
    expect(await ask("/mcp/target", bearer)).toMatchObject({ status: 405 });
    expect(await ask("/v1/connections", bearer)).toEqual({ status: 403, code: "session_needed" });
  });
});

function headed(change: object, member?: "jwk"): (proof: string) => string {
  return (proof) => {
    const [head = "", ...rest] = proof.split(".");
    const header = JSON.parse(Buffer.from(head, "base64url").toString()) as { jwk: object };
    const changed =
      member === undefined ? { ...header, ...change } : { ...header, [member]: { ...header[member], ...change } };
    return [Buffer.from(JSON.stringify(changed)).toString("base64url"), ...rest].join(".");
  };
}
