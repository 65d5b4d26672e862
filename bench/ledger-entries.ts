import { hash } from "node:crypto";
import type { JsonObject } from "../src/shared/json.ts";
import type { EntryKind } from "../src/shared/entry-kind.ts";

/** An entry of the measured ledger. */
export interface MadeEntry {
  readonly kind: EntryKind;
  readonly body: JsonObject;
}

/** Who and what the made calls are of; a search is asked about these. */
export const people = Array.from({ length: 400 }, (_, n) => `staff:person-${n}`);
export const services = Array.from({ length: 40 }, (_, n) => `services:robot-${n}`);
export const connections = Array.from({ length: 12 }, (_, n) => `target-${n}`);
export const tools = Array.from(
  { length: 150 },
  (_, n) => `${verbs(n)}_${["record", "file", "ticket", "order"][n % 4]}_${n}`,
);
export const vocabulary = Array.from(
  { length: 20_000 },
  (_, n) => `w${hash("md5", String(n), "hex").slice(0, 4 + (n % 6))}`,
);
const risks = ["low", "medium", "high", "critical"] as const;

/** The entries of the call of this number: two for most, seven for one that was held, and now and then what calls refer to. The same for the same number. */
export function entriesOfCall(n: number): MadeEntry[] {
  const roll = dice(n);
  const principal = roll(5) === 0 ? pick(services, roll) : pick(people, roll);
  const kind = principal.startsWith("services:") ? "service" : "user";
  const state = hash("sha256", principal, "base64url");
  const call = `cal_${id(n)}`;
  const tool = Math.min(roll(tools.length), roll(tools.length));
  const seen: MadeEntry = {
    kind: "principal.seen",
    body: {
      state,
      id: principal,
      kind,
      name: nameOf(principal),
      groups: ["staff", `team-${n % 30}`],
      issuer: "staff",
      roles: [],
      assurance: null,
    },
  };
  const request: MadeEntry = {
    kind: "call.request",
    body: {
      call,
      session: `ses_${id(roll(5000))}`,
      principal: { id: principal, kind, name: nameOf(principal), state },
      device: kind === "user" ? `dev_${principal}` : null,
      via: "token",
      client: { name: ["cursor", "claude-code", "vscode"][roll(3)] ?? "", version: "1.4.2" },
      address: `10.2.${roll(8)}.${roll(250)}`,
      connection: pick(connections, roll),
      era: "modern",
      method: "tools/call",
      name: tools[tool] ?? "",
      params: {
        name: tools[tool] ?? "",
        arguments: { path: `/srv/${words(2, roll).replace(" ", "/")}`, query: words(6, roll), limit: roll(100) },
      },
      hidden: roll(6) === 0 ? [{ path: ["arguments", "token"], kind: "secret" }] : [],
      effect: "allow",
      rule: { name: `rule ${tool % 25}`, version: hash("sha256", String(tool), "base64url").slice(0, 16) },
      judgedAtMs: 1_790_000_000_000 + n,
      fingerprint: hash("sha256", `tool ${tool}`, "base64url"),
    },
  };
  const text = words(10 + roll(60), roll);
  const response: MadeEntry = {
    kind: "call.response",
    body: {
      call,
      outcome: roll(20) === 0 ? "error" : "result",
      ms: roll(900),
      messages: 1,
      bytes: text.length + 60,
      response: { result: { content: [{ type: "text", text }], isError: false } },
      hidden: [],
    },
  };
  const held = n % 40 === 0 ? heldEntries(n, call, request, roll) : [request];
  return [...(n % 50 === 0 ? [seen] : []), ...held, response];
}

function heldEntries(n: number, call: string, request: MadeEntry, roll: Roll): MadeEntry[] {
  const approval = `apr_${id(n)}`;
  const { session: _session, method: _method, params, effect: _effect, ...of } = request.body;
  const by = pick(people, roll);
  const about = { approval, call, risk: risks[roll(4)] ?? "low" };
  return [
    {
      kind: "approval.pending",
      body: { ...of, ...about, arguments: params ?? {}, expiresAtMs: 1_790_000_600_000 + n },
    },
    {
      kind: "decision.recorded",
      body: { ...about, by, verdict: "approve", reason: words(4, roll), signed: `${"e".repeat(300)}.${id(n)}` },
    },
    { kind: "approval.approved", body: { ...about, by } },
    { kind: "approval.claimed", body: about },
    { ...request, body: { ...request.body, effect: "approve", approval } },
    { kind: "approval.executed", body: about },
  ];
}

export function nameOf(principal: string): string {
  const [, kind = "", n = ""] = /:(\w+)-(\d+)$/.exec(principal) ?? [];
  return `${kind === "robot" ? "Robot" : "Pat"} ${vocabulary[Number(n) * 7] ?? ""} ${n}`;
}

type Roll = (below: number) => number;

/** Numbers that look like chance and are the same for the same seed (a multiplicative congruential generator modulo 2^31 - 1). */
export function dice(seed: number): Roll {
  let state = ((seed + 1) * 48_271) % 2_147_483_647;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * below);
  };
}

export function pick<T>(from: readonly T[], roll: Roll): T {
  const found = from[roll(from.length)];
  if (found === undefined) throw new RangeError("There is nothing to pick from.");
  return found;
}

/** Words as texts have them: few often, most rarely. */
function words(count: number, roll: Roll): string {
  const chosen = Array.from(
    { length: count },
    () => vocabulary[Math.floor((roll(1_000_000) / 1_000_000) ** 3 * vocabulary.length)],
  );
  return chosen.join(" ");
}

function verbs(n: number): string {
  return ["read", "write", "list", "delete", "search"][n % 5] ?? "";
}

function id(n: number): string {
  return hash("sha256", `id ${n}`, "base64url").slice(0, 16);
}
