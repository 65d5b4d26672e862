import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from "jose";
import { WebSocketServer, type WebSocket } from "ws";
import { decisionPayload, decisionType, type ApprovalView, type DecisionPayload } from "../../src/shared/approval.ts";
import type { ConnectionView } from "../../src/shared/connection.ts";
import { enrolment, enrolmentProof, enrolmentType } from "../../src/shared/device.ts";
import { digest } from "../../src/shared/json.ts";
import type { Profile } from "../../src/shared/provider.ts";

/** A small gateway of docs/protocol.md for tests of the client: real HTTP and WebSocket, real signatures, failures at will. */
export interface GatewayStandIn {
  readonly origin: string;
  readonly profile: Profile;
  /** Tokens it accepts: `token-2` is Alex's, all others are Sam's. */
  readonly tokens: Set<string>;
  readonly requests: { readonly method: string; readonly path: string; readonly token: string }[];
  readonly decisions: { readonly jws: string; readonly payload: DecisionPayload }[];
  /** The `after` of each stream opened, in order. */
  readonly streams: (string | null)[];
  connections: ConnectionView[];
  /** What its discovery says instead of the profile's own, by member. */
  named: Partial<Pick<Profile, "audience" | "provider">>;
  /** How far its clock is ahead of ours, in ms. */
  clockAheadMs: number;
  /** Answers `/mcp/…` after the token was checked. */
  mcp: (request: IncomingMessage, response: ServerResponse) => unknown;
  /** Accepts streams but says nothing on them. */
  silent: boolean;
  /** Drops the connection of the next decision's answer, after it was recorded. */
  loseNextAnswer: boolean;
  /** A decision is recorded at once, and answered only after this. */
  answerAfter: Promise<void>;
  /** Answers every decision with this instead. */
  decided: ApprovalView | null;
  /** Ends a stream after so many of its first approvals, once. */
  dropAfterApprovals: number | null;
  /** Answers a resumed stream with the state as it is, marked as whole: its pending approvals. */
  whole: boolean;
  put(approval: Partial<ApprovalView> & { readonly id: string }): Promise<ApprovalView>;
  /** Signs the log of so many entries; another `history` makes another log. */
  note(size: number, history?: string): string;
  /** The log whose proofs it gives. */
  history: string;
  push(frame: object): void;
  dropStreams(code?: number): void;
  /** Forgets every approval, as a gateway whose store was put back would. */
  reset(): void;
  close(): Promise<void>;
}

const requester = { id: "demo:alex", kind: "user", name: "Alex", groups: ["engineers"] } as const;
const approver = { id: "demo:sam", kind: "user", name: "Sam", groups: ["approvers"] } as const;

export async function startGateway(): Promise<GatewayStandIn> {
  const log = generateKeyPairSync("ed25519");
  const approvals = new Map<string, ApprovalView>();
  const devices = new Map<string, JWK>();
  let revision = 0;
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer((request, response) => {
    // What a client sends wrongly is its test's failure, not the end of the whole run.
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const logName = origin.replace("http://", "");
  const profile: Profile = {
    v: 1,
    gateway: origin,
    audience: "countersign",
    ledgerKey: verifierKey(logName, log.publicKey),
    provider: { kind: "oidc", issuer: "http://127.0.0.1:1", clientId: "desktop", scope: "openid" },
  };

  const gateway: GatewayStandIn = {
    origin,
    profile,
    tokens: new Set(["token-1"]),
    requests: [],
    decisions: [],
    streams: [],
    connections: [{ name: "files", title: null, transport: "stdio", server: null, state: "ready" }],
    named: {},
    clockAheadMs: 0,
    mcp: (_request, response) => response.writeHead(200).end(),
    silent: false,
    loseNextAnswer: false,
    answerAfter: Promise.resolve(),
    decided: null,
    dropAfterApprovals: null,
    whole: false,
    async put(changed) {
      const approval = {
        ...(approvals.get(changed.id) ?? (await held(changed.id))),
        ...changed,
        revision: (revision += 1),
      };
      approvals.set(approval.id, approval);
      gateway.push({ type: "approval", approval });
      return approval;
    },
    note: (size, history = "A") => signedNote(logName, log, size, rootOf(history, 0, size)),
    history: "A",
    push: (frame) => sockets.clients.forEach((socket) => socket.send(JSON.stringify(frame))),
    dropStreams: (code) =>
      sockets.clients.forEach((socket) => (code === undefined ? socket.terminate() : socket.close(code))),
    reset() {
      approvals.clear();
      revision = 0;
    },
    close: () =>
      new Promise((resolve) => {
        gateway.dropStreams();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  function allowed(request: IncomingMessage): boolean {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    gateway.requests.push({ method: request.method ?? "", path: request.url ?? "", token });
    return gateway.tokens.has(token);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    if (path === "/.well-known/countersign") return json(response, 200, { ...discovery(), nowMs: gatewayNow() });
    if (!allowed(request)) return refuse(response, 401, "token_expired");
    if (path.startsWith("/mcp/")) {
      await gateway.mcp(request, response);
      return;
    }
    const principal = request.headers.authorization === "Bearer token-2" ? requester : approver;
    if (path === "/v1/me") return json(response, 200, { principal, roles: [], expiresAtMs: 0 });
    if (path === "/v1/connections") return json(response, 200, { connections: gateway.connections });
    if (path === "/v1/devices") return await enrol(request, response);
    const url = new URL(path, origin);
    if (url.pathname === "/v1/audit/consistency") {
      const [from, to] = [Number(url.searchParams.get("from")), Number(url.searchParams.get("to"))];
      return json(response, 200, { proof: consistencyOf(gateway.history, from, 0, to, true) });
    }
    const past = approvals.get(/^\/v1\/history\/([^/?]+)$/.exec(path)?.[1] ?? "");
    if (past !== undefined) return json(response, 200, { approval: past, entries: [], checkpoint: null });
    const decided = /^\/v1\/approvals\/([^/]+)\/decision$/.exec(path)?.[1];
    if (decided !== undefined) return await decide(request, response, decided);
    refuse(response, 404, "not_found");
  }

  function discovery() {
    const { audience, ledgerKey, provider } = { ...profile, ...gateway.named };
    return { v: 1, gateway: origin, ledgerKey, signIn: [{ audience, provider }] };
  }

  async function enrol(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { key, proof } = enrolment.parse(await body(request));
    const verified = await compactVerify(proof, await importJWK(key, "EdDSA"));
    const claims = enrolmentProof.parse(JSON.parse(Buffer.from(verified.payload).toString()));
    const timely = Math.abs(claims.iat * 1000 - gatewayNow()) < 300_000;
    if (verified.protectedHeader.typ !== enrolmentType || claims.gateway !== origin || !timely)
      return refuse(response, 400, "bad_signature");
    const id = `device-${key.x.slice(0, 8)}`;
    devices.set(id, key);
    json(response, 200, { device: id });
  }

  async function decide(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    const { decision: jws } = (await body(request)) as { decision: string };
    const key = devices.get(decodeProtectedHeader(jws).kid ?? "");
    if (key === undefined) return refuse(response, 403, "unknown_device");
    const verified = await compactVerify(jws, await importJWK(key, "EdDSA"));
    if (verified.protectedHeader.typ !== decisionType) return refuse(response, 400, "bad_signature");
    const payload = decisionPayload.parse(JSON.parse(Buffer.from(verified.payload).toString()));
    const known = approvals.get(id);
    if (known === undefined) return refuse(response, 404, "not_found");
    const repeated = gateway.decisions.some((one) => one.jws === jws);
    gateway.decisions.push({ jws, payload });
    if (repeated) return json(response, 200, { approval: known });
    if (known.state !== "pending") return refuse(response, 409, "already_decided");
    if (payload.payload !== (await digest(known.payload))) return refuse(response, 409, "digest_mismatch");
    if (Math.abs(payload.iat * 1000 - gatewayNow()) > 60_000) return refuse(response, 409, "decision_expired");
    const approval = await gateway.put({ id, state: payload.verdict === "approve" ? "approved" : "denied" });
    await gateway.answerAfter;
    if (gateway.loseNextAnswer) {
      gateway.loseNextAnswer = false;
      request.socket.destroy();
    } else json(response, 200, { approval: gateway.decided ?? approval });
  }

  server.on("upgrade", (request, socket, head) => {
    // Node hands the socket over without a listener: a client that resets a refused upgrade would end the process.
    socket.on("error", () => socket.destroy());
    if (!allowed(request)) socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    else sockets.handleUpgrade(request, socket, head, (opened) => stream(opened, new URL(request.url ?? "", origin)));
  });

  function stream(socket: WebSocket, url: URL): void {
    const after = url.searchParams.get("after");
    gateway.streams.push(after);
    if (gateway.silent) return;
    const send = (frame: object) => socket.send(JSON.stringify(frame));
    const isWhole = gateway.whole && after !== null;
    send({ type: "hello", v: 1, nowMs: gatewayNow(), ...(isWhole ? { whole: true } : {}) });
    const wanted = [...approvals.values()].filter((one) =>
      after === null || isWhole ? one.state === "pending" : one.revision > +after,
    );
    // The newest first: a client that takes the highest revision before `ready` for its place would lose the others.
    wanted.sort((one, other) => other.revision - one.revision);
    const cut = gateway.dropAfterApprovals;
    gateway.dropAfterApprovals = null;
    for (const approval of wanted.slice(0, cut ?? wanted.length)) send({ type: "approval", approval });
    if (cut === null) send({ type: "ready", revision });
    else socket.close();
  }

  const gatewayNow = () => Date.now() + gateway.clockAheadMs;
  return gateway;
}

/** A pending approval as the gateway of these tests would hold it. */
async function held(id: string): Promise<ApprovalView> {
  const payload = { arguments: { path: "/notes.txt", content: "•••" }, hidden: [{ path: ["content"], kind: "field" }] };
  return {
    id,
    revision: 0,
    state: "pending",
    relation: "approver",
    requester: { ...requester, groups: [...requester.groups] },
    client: { name: "cursor", version: "1" },
    device: null,
    connection: "files",
    tool: "write_file",
    description: "Writes a file",
    annotations: null,
    fingerprint: "tool-fingerprint",
    payload,
    argumentsDigest: "keyed-digest",
    rule: { name: "hold-writes", version: "1", why: "Writes are held" },
    risk: "high",
    approvers: ["approvers"],
    standing: "decide",
    steps: [{ approvers: ["approvers"], need: "any", approvals: [], missing: 1 }],
    createdAtMs: 1,
    expiresAtMs: 2,
    reuseUntilMs: null,
    decision: null,
    outcome: null,
  };
}

function verifierKey(name: string, key: KeyObject): string {
  const bytes = Buffer.concat([Buffer.from([1]), rawKey(key)]);
  return `${name}+${keyHash(name, key).toString("hex")}+${bytes.toString("base64")}`;
}

function signedNote(
  name: string,
  log: { publicKey: KeyObject; privateKey: KeyObject },
  size: number,
  root: Buffer,
): string {
  const text = `${name}\n${size}\n${root.toString("base64")}\n`;
  const signature = Buffer.concat([keyHash(name, log.publicKey), sign(null, Buffer.from(text), log.privateKey)]);
  return `${text}\n— ${name} ${signature.toString("base64")}\n`;
}

/** MTH of RFC 9162, section 2.1.1, over the leaves `[start, end)` of this history, by its definition. */
function rootOf(history: string, start: number, end: number): Buffer {
  if (start === end) return createHash("sha256").digest();
  if (end - start === 1) return createHash("sha256").update(`\0${history}${start}`).digest();
  const split = start + halfOf(end - start);
  const [left, right] = [rootOf(history, start, split), rootOf(history, split, end)];
  return createHash("sha256").update("\u0001").update(left).update(right).digest();
}

/** SUBPROOF of RFC 9162, section 2.1.4.1. */
function consistencyOf(history: string, size: number, start: number, end: number, known: boolean): string[] {
  if (size === end - start) return known ? [] : [rootOf(history, start, end).toString("base64")];
  const split = start + halfOf(end - start);
  return size <= split - start
    ? [...consistencyOf(history, size, start, split, known), rootOf(history, split, end).toString("base64")]
    : [
        ...consistencyOf(history, size - (split - start), split, end, false),
        rootOf(history, start, split).toString("base64"),
      ];
}

function halfOf(count: number): number {
  let half = 1;
  while (half * 2 < count) half *= 2;
  return half;
}

/** C2SP signed-note: SHA-256 over name, newline, algorithm and key, of which four bytes count. */
function keyHash(name: string, key: KeyObject): Buffer {
  return createHash("sha256")
    .update(`${name}\n`)
    .update(Buffer.from([1]))
    .update(rawKey(key))
    .digest()
    .subarray(0, 4);
}

function rawKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");
}

async function body(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}

function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, code: string): void {
  json(response, status, { error: { code, message: `refused: ${code}` } });
}
