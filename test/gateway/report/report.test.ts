import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompactSign, exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSource } from "../../../src/gateway/audit/source.ts";
import { verifyLedger } from "../../../src/gateway/audit/verify.ts";
import { loadKeys } from "../../../src/gateway/keys.ts";
import { reportPage } from "../../../src/gateway/report/report-page.ts";
import { reportOn, type Report } from "../../../src/gateway/report/report.ts";
import { openStore } from "../../../src/gateway/store/open-store.ts";
import { digest, type JsonObject } from "../../../src/shared/json.ts";
import type { EntryKind } from "../../../src/shared/entry-kind.ts";
import { origin } from "../store/origin.ts";

// A ledger of two days, as a gateway would have written it, with decisions that a gateway would not have taken: its operator wrote them.

const day = 86_400_000;
const fromMs = Date.UTC(2026, 10, 20);
const toMs = fromMs + day;
const hostile = `<img src=x onerror=alert(1)>`;
let folder: string;
let report: Report;
let page: string;

interface Signer {
  readonly enrolled: JsonObject;
  sign(payload: object): Promise<string>;
}

async function signer(id: string, principal: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA");
  const { x = "" } = await exportJWK(publicKey);
  return {
    enrolled: { device: id, name: "Laptop", principal, key: { kty: "OKP", crv: "Ed25519", x } },
    sign: (payload) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
        .setProtectedHeader({ alg: "EdDSA", typ: "countersign-decision+jws", kid: id })
        .sign(privateKey),
  };
}

const rule = { name: "writes", version: "1" };
const payload = { arguments: { path: "a.txt" }, hidden: [] };
const heldAs = (approval: string, tool = "write_file") => ({
  approval,
  connection: "files",
  tool,
  fingerprint: "f",
  arguments: "keyed",
  principal: "demo:erin",
  rule,
});
const pendingAs = (approval: string, steps: JsonObject[] = [{ approvers: ["approvers"], need: "any" }]) => ({
  ...heldAs(approval),
  risk: "high",
  approvers: ["approvers"],
  steps,
  expiresAtMs: toMs,
  payload,
});

async function decision(approval: string, changed: JsonObject = {}): Promise<JsonObject> {
  const { tool, connection, fingerprint, principal } = heldAs(approval);
  return {
    v: 1,
    gateway: `https://${origin}`,
    approval,
    principal,
    connection,
    tool,
    fingerprint,
    payload: await digest(payload),
    arguments: "keyed",
    rule,
    step: 1,
    verdict: "approve",
    reason: "Looked at.",
    presence: "window",
    iat: 1,
    exp: 120,
    ...changed,
  };
}

const call = (id: string, effect: string, name = "get_customer", kind = "user") => ({
  call: id,
  principal: { id: kind === "user" ? "demo:erin" : "demo:nightly", kind, name: "E" },
  connection: "customers",
  name,
  effect,
  rule: { name: effect === "deny" ? "never" : "reads", version: "1" },
  hidden: [{ path: ["arguments", "card"], kind: "card" }],
});
const grant = (id: string, endsAtMs = toMs + day) => ({
  grant: id,
  principal: "demo:erin",
  tool: "write_file",
  connection: "files",
  by: "demo:avery",
  endsAtMs,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-report-"));
  const keys = await loadKeys(join(folder, "keys"));
  let nowMs = fromMs - day;
  const store = await openStore({ folder: join(folder, "data"), keys, origin, now: () => nowMs });
  const write = (...entries: readonly (readonly [EntryKind, JsonObject])[]) =>
    store.commit((writes) => {
      for (const [kind, body] of entries) writes.append(kind, body);
    });
  const second = await signer("dev_a2", "demo:avery");
  const [avery, tess, erin] = [
    await signer("dev_a", "demo:avery"),
    await signer("dev_t", "demo:tess"),
    await signer("dev_e", "demo:erin"),
  ];
  await write(
    ["gateway.started", { origin: `https://${origin}` }],
    ["device.enrolled", avery.enrolled],
    ["device.enrolled", tess.enrolled],
    ["device.enrolled", erin.enrolled],
    ["call.request", call("yesterday", "allow")],
    ["grant.created", grant("gr_used")],
    ["grant.created", grant("gr_dormant")],
    ["grant.created", grant("gr_over", fromMs + 1)],
    ["approval.pending", pendingAs("good")],
  );
  nowMs = fromMs + 60_000;
  const approved = async (approval: string, by: string, jws: Promise<string>) =>
    ["approval.approved", { ...heldAs(approval), decision: await jws, by, step: 1 }] as const;
  const two = [{ approvers: ["approvers"], need: 2 }];
  await write(
    ["config.loaded", { rules: "digest-of-rules" }],
    ["call.request", call("c1", "allow")],
    ["call.response", { call: "c1", outcome: "ok", hidden: [{ path: ["x"], kind: "email" }] }],
    ["call.request", call("c2", "approve", "write_file", "service")],
    ["call.refused", call("c3", "deny", hostile)],
    ["call.refused", call("c4", "allow")],
    ["grant.used", { ...grant("gr_used"), uses: 1, mostUses: 5, call: "c1" }],
    await approved("good", "demo:avery", avery.sign(await decision("good"))),
    ["approval.claimed", heldAs("good")],
    ["approval.executed", { ...heldAs("good"), outcome: "ok" }],
    ["approval.pending", pendingAs("forged")],
    await approved("forged", "demo:avery", tess.sign(await decision("forged"))),
    ["approval.claimed", heldAs("forged")],
    ["approval.pending", pendingAs("other-payload")],
    await approved(
      "other-payload",
      "demo:tess",
      tess.sign(await decision("other-payload", { payload: await digest({ arguments: { path: "b" }, hidden: [] }) })),
    ),
    ["approval.pending", pendingAs("own")],
    await approved("own", "demo:erin", erin.sign(await decision("own"))),
    ["approval.pending", pendingAs("half", two)],
    await approved("half", "demo:avery", avery.sign(await decision("half"))),
    ["approval.claimed", heldAs("half")],
    ["approval.pending", pendingAs("denied")],
    [
      "approval.denied",
      {
        ...heldAs("denied"),
        decision: await avery.sign(await decision("denied", { verdict: "deny", reason: hostile })),
        by: "demo:avery",
        step: 1,
      },
    ],
    ["device.enrolled", { ...second.enrolled, waits: true }],
    ["approval.pending", pendingAs("waiting")],
    await approved("waiting", "demo:avery", second.sign(await decision("waiting"))),
    ["device.confirmed", { device: "dev_a2", principal: "demo:avery", by: "demo:avery", from: "dev_a" }],
    ["approval.pending", pendingAs("confirmed")],
    await approved("confirmed", "demo:avery", second.sign(await decision("confirmed"))),
    ["device.removed", { device: "dev_a2", principal: "demo:avery", by: "demo:avery" }],
    ["approval.pending", pendingAs("removed")],
    await approved("removed", "demo:avery", second.sign(await decision("removed"))),
    ["auth.refused", { address: "127.0.0.1", code: "expired" }],
    ["auth.refused", { address: "127.0.0.1", more: 41 }],
    ["ledger.read", { principal: "demo:audrey", what: "search" }],
  );
  nowMs = toMs;
  await write(["call.request", call("tomorrow", "allow")], ["grant.used", { ...grant("gr_dormant"), uses: 1 }]);
  await store.close();
  const data = join(folder, "data");
  const ledger = await verifyLedger(await openSource(data), { verifierKey: keys.verifierKey(origin) });
  const source = await openSource(data);
  report = await reportOn(source, { fromMs, toMs, nowMs: toMs + 1, ledger, onEntry: () => undefined });
  source.close();
  page = reportPage(report, origin);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a report on a day", () => {
  it("counts that day's calls by what the rules said of them, and none of the days beside it", () => {
    expect(report.ledger.ok).toBe(true);
    expect(report.calls).toMatchObject({
      connections: [{ connection: "customers", calls: 4, allowed: 1, held: 1, denied: 1, refused: 1 }],
      people: 1,
      services: 1,
      maskedPlaces: 5,
      outcomes: [{ name: "ok", count: 1 }],
      blocked: [{ name: `never: ${hostile} on customers`, count: 1 }],
      open: { count: 1, first: [{ call: "c2" }] },
    });
    expect(report.events.refused).toEqual([
      { name: "not told one by one", count: 41 },
      { name: "expired", count: 1 },
    ]);
    expect(report.events.reads).toEqual([{ name: "demo:audrey: search", count: 1 }]);
    expect(report.events.changes).toMatchObject({ count: 1, first: [{ what: "rules digest-of-rules" }] });
  });

  it("checks each signature again, and names what ran without enough of them", () => {
    const { decisions, verified, unverified, ran, ranUnproven } = report.decisions;
    expect({ decisions, verified, ran }).toEqual({ decisions: 9, verified: 4, ran: 3 });
    const nobodys = "no device that the ledger lets decide for whoever is named signed it";
    expect(Object.fromEntries(unverified.first.map(({ approval, why }) => [approval, why]))).toEqual({
      forged: nobodys,
      waiting: nobodys,
      removed: nobodys,
      "other-payload": "what was signed is not what was held: payload differs",
      own: "whoever asked decided on it",
    });
    expect(ranUnproven.first.map(({ approval, why }) => `${approval}: ${why}`)).toEqual([
      "forged: 0 verified of the 1 approvals that it needs",
      "half: 1 verified of the 2 approvals that it needs",
    ]);
    expect(report.decisions.denials.first).toMatchObject([{ by: "demo:avery", reason: hostile }]);
    expect(report.decisions.medianMs).not.toBeNull();
  });

  it("lists each decision: who, how, on what, by which device, and whether its signature holds", () => {
    const { all } = report.decisions;
    expect(all.count).toBe(9);
    expect(all.first.find(({ approval }) => approval === "good")).toEqual({
      entry: expect.any(Number),
      atMs: fromMs + 60_000,
      approval: "good",
      verdict: "approve",
      by: "demo:avery",
      principal: "demo:erin",
      tool: "write_file",
      connection: "files",
      device: "dev_a",
      presence: "window",
      reason: "Looked at.",
      unverified: null,
    });
    // What a signature that does not hold says is nobody's word.
    expect(all.first.find(({ approval }) => approval === "forged")).toMatchObject({
      by: "demo:avery",
      device: null,
      presence: null,
      reason: null,
      unverified: "no device that the ledger lets decide for whoever is named signed it",
    });
    expect(page).toMatch(
      />demo:avery<\/td><td>write_file on files<\/td><td[^>]*>demo:erin<\/td><td[^>]*>dev_a<\/td><td[^>]*>console</,
    );
  });

  it("counts as an end what ended a held call: one that was approved and ran is one", () => {
    expect(report.decisions.ended).toEqual([
      { name: "denied", count: 1 },
      { name: "executed", count: 1 },
    ]);
  });

  it("names the grants in force that nobody used", () => {
    expect(report.grants).toMatchObject({
      used: 1,
      standing: 2,
      dormant: { count: 1, first: [{ grant: "gr_dormant" }] },
    });
  });

  it("says what it can't show", () => {
    expect(report.gaps.join("\n")).toContain(
      "2 held calls ran without as many verified approvals as the rule asks for",
    );
    expect(report.gaps.join("\n")).toContain("5 decisions could not be verified");
  });

  it("is a page on which untrusted text stays text, with a policy that lets nothing be fetched or run", () => {
    expect(page).toContain("&#60;img src=x onerror=alert(1)&#62;");
    expect(page).not.toContain("<img");
    expect(page).toContain("default-src 'none'; style-src 'sha256-");
    expect(page).not.toContain("<script");
  });
});
