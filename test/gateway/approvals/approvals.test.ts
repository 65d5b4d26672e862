import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompactSign, generateKeyPair, exportJWK, type CryptoKey } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Approvals } from "../../../src/gateway/approvals/approvals.ts";
import type { HeldCall, Outcome, Turn } from "../../../src/gateway/approvals/turn.ts";
import type { Principal } from "../../../src/gateway/identity/principal.ts";
import { loadKeys } from "../../../src/gateway/keys.ts";
import { openStore } from "../../../src/gateway/store/open-store.ts";
import type { ApprovalRecord, Store } from "../../../src/gateway/store/store.ts";
import { decisionType, type DecisionPayload } from "../../../src/shared/approval.ts";
import { digest } from "../../../src/shared/json.ts";

const gateway = "http://127.0.0.1:7300";
const minute = 60_000;

let folder: string;
let store: Store;
let nowMs: number;
let ruleVersion: string | undefined;
let refusal: string | null;
let fingerprint: string;
let approvals: Approvals;
let ran: string[];
let personOf: (id: string) => string;

const engineer = person("staff:erin", ["engineers"]);
const approver = person("staff:avery", ["approvers"]);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-approvals-"));
  nowMs = 1_800_000_000_000;
  ruleVersion = "v1";
  refusal = null;
  fingerprint = "print-1";
  ran = [];
  personOf = (id) => id;
  await reopen();
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function reopen(): Promise<void> {
  const keys = await loadKeys(join(folder, "keys"));
  store = await openStore({ folder: join(folder, "data"), keys, origin: "127.0.0.1:7300", now: () => nowMs });
  approvals = new Approvals({
    store,
    gateway,
    now: () => nowMs,
    reuseMs: () => 10 * minute,
    personOf: (id) => personOf(id),
    ownerOf: () => undefined,
    ruleVersion: () => ruleVersion,
    keyedDigest: (value) => keys.keyedDigest(value),
    secondWaits: () => true,
  });
  await approvals.recover();
}

describe("a held call", () => {
  it("runs once it is approved, and its answer reaches everybody who made the identical call", async () => {
    const signer = await enrolled(approver);
    const first = begin();
    const second = begin();
    const approval = await opened(first);
    expect((await opened(second)).id).toBe(approval.id);
    await approvals.decide(approver, approval.id, await signer.sign(approval));
    const turns = await Promise.all([first.end, second.end]);
    expect(turns.toSorted()).toEqual(['answered: "done"', "run"]);
    expect(ran).toEqual([approval.id]);
    expect(store.approvals.get(approval.id)?.state).toBe("executed");
  });

  it("is refused with the approver's reason once it is denied", async () => {
    const signer = await enrolled(approver);
    const call = begin();
    const approval = await opened(call);
    await approvals.decide(
      approver,
      approval.id,
      await signer.sign(approval, { verdict: "deny", reason: "not today" }),
    );
    expect(await call.end).toBe("refused: denied");
    expect(store.approvals.get(approval.id)?.decision?.reason).toBe("not today");
  });

  it("expires in silence, which is denial", async () => {
    const call = begin();
    const approval = await opened(call);
    nowMs += 11 * minute;
    await approvals.expireDue();
    expect(await call.end).toBe("refused: expired");
    expect(store.approvals.get(approval.id)?.state).toBe("expired");
  });

  it("stays approved for the identical call when its caller has gone, runs then, and the next is held anew", async () => {
    const signer = await enrolled(approver);
    const call = begin();
    const approval = await opened(call);
    call.leave();
    expect(await call.end).toBe("gone");
    await approvals.decide(approver, approval.id, await signer.sign(approval));
    expect(store.approvals.get(approval.id)?.state).toBe("approved");
    expect(await begin().end).toBe("run");
    await approvals.delivered(approval.id);
    const third = begin();
    expect((await opened(third)).id).not.toBe(approval.id);
    third.leave();
    await third.end;
    expect(ran).toEqual([approval.id]);
  });

  it("lapses when nobody repeats it in time", async () => {
    const signer = await enrolled(approver);
    const call = begin();
    const approval = await opened(call);
    call.leave();
    await call.end;
    await approvals.decide(approver, approval.id, await signer.sign(approval));
    nowMs += 10 * minute;
    await approvals.expireDue();
    expect(store.approvals.get(approval.id)?.state).toBe("lapsed");
  });

  it.each([
    ["the tool has changed", () => (fingerprint = "print-2"), "The tool has changed since it was approved."],
    [
      "the rules have changed",
      () => (refusal = "The rules have changed since it was approved."),
      "The rules have changed since it was approved.",
    ],
  ])("does not run when %s between decision and claim", async (_name, change, why) => {
    const signer = await enrolled(approver);
    const call = begin();
    const approval = await opened(call);
    change();
    await approvals.decide(approver, approval.id, await signer.sign(approval));
    expect(await call.end).toBe(`refused: lapsed ${why}`);
    expect(ran).toEqual([]);
  });

  it("outlives a restart while pending, and a claim without an outcome becomes unknown and is not retried", async () => {
    const signer = await enrolled(approver);
    const call = begin();
    const approval = await opened(call);
    call.leave();
    await call.end;
    await store.close();
    await reopen();
    expect(store.approvals.get(approval.id)?.state).toBe("pending");
    await approvals.decide(approver, approval.id, await signer.sign(approval));
    const never = new AbortController().signal;
    const turn = await approvals.hold(
      heldCall(),
      { call: "cal_1", gone: never, spent: never, continues: null },
      () => undefined,
    );
    expect(turn.kind).toBe("run");
    await store.close();
    await reopen();
    expect(store.approvals.get(approval.id)?.state).toBe("unknown");
    expect(await begin().end).toContain("Whether it took effect is unknown");
    await approvals.delivered(approval.id);
    const again = begin();
    expect((await opened(again)).id).not.toBe(approval.id);
    again.leave();
    await again.end;
  });
});

describe("a caller that comes back", () => {
  it("after its time was spent finds its approval pending, approved or denied, and a denial is told once", async () => {
    const signer = await enrolled(approver);
    const first = begin();
    const approval = await opened(first);
    first.spend();
    expect(await first.end).toBe("waits");
    const second = begin();
    expect((await opened(second)).id).toBe(approval.id);
    second.spend();
    expect(await second.end).toBe("waits");
    await approvals.decide(approver, approval.id, await signer.sign(approval, { verdict: "deny", reason: "no" }));
    expect(await begin().end).toBe("refused: denied");
    await approvals.delivered(approval.id);
    const anew = begin();
    expect((await opened(anew)).id).not.toBe(approval.id);
    anew.leave();
    await anew.end;
  });

  it("runs what was approved meanwhile though its time is spent on the way, and not once it has gone", async () => {
    const first = begin();
    const approval = await opened(first);
    first.leave();
    await first.end;
    await decideAs(approver, approval);
    const left = begin();
    left.leave();
    expect(await left.end).toBe("gone");
    expect(ran).toEqual([]);
    const slow = begin();
    slow.spend();
    expect(await slow.end).toBe("run");
    expect(ran).toEqual([approval.id]);
  });

  it("while the call runs joins it, and does not run it", async () => {
    const { turn, approval } = await claimed();
    const second = begin();
    expect((await opened(second)).id).toBe(approval.id);
    await finish(turn);
    expect(await second.end).toBe('answered: "done"');
    expect(ran).toEqual([approval.id]);
  });

  it("gets the answer that nobody got until it is delivered, and none after `approvals.reuse`", async () => {
    const { turn, approval } = await claimed();
    await finish(turn);
    expect(await begin().end).toBe('repeated: "done"');
    expect(await begin().end).toBe('repeated: "done"');
    nowMs += 10 * minute;
    const anew = begin();
    expect((await opened(anew)).id).not.toBe(approval.id);
    anew.leave();
    await anew.end;
    expect(ran).toEqual([approval.id]);
  });

  it.each<[string, string, (approval: ApprovalRecord) => Promise<unknown>]>([
    ["denied", "refused: denied", async (approval) => decideAs(approver, approval, { verdict: "deny" })],
    ["withdrawn", "refused: withdrawn", async ({ id }) => approvals.withdraw(engineer, id)],
    ["expired", "refused: expired", async () => ((nowMs += 11 * minute), approvals.expireDue())],
    [
      "lapsed",
      "refused: lapsed",
      async (approval) => (await decideAs(approver, approval), (nowMs += 10 * minute), await approvals.expireDue()),
    ],
    ["approved", "run", async (approval) => decideAs(approver, approval)],
    [
      "executed and delivered to another",
      'repeated: "done"',
      async (approval) => (
        await decideAs(approver, approval),
        await begin().end,
        await approvals.delivered(approval.id)
      ),
    ],
  ])("with the state of an earlier round hears of its own approval: %s", async (_state, expected, change) => {
    const first = begin();
    const approval = await opened(first);
    first.spend();
    await first.end;
    await change(approval);
    expect(await begin(approval.id).end).toBe(expected);
  });

  it("with the state of somebody else's approval gets one of its own", async () => {
    const other = {
      ...heldCall(),
      principal: person("staff:eve", ["engineers"]),
      lookup: "eve files write_file a.txt",
    };
    const gone = new AbortController();
    const theirs = Promise.withResolvers<ApprovalRecord>();
    const caller = { call: "cal_1", gone: gone.signal, spent: gone.signal, continues: null };
    const held = approvals.hold(other, caller, theirs.resolve);
    const { id } = await theirs.promise;
    const mine = begin(id);
    expect((await opened(mine)).id).not.toBe(id);
    gone.abort();
    mine.leave();
    await Promise.all([held, mine.end]);
  });
});

describe("a withdrawal is refused", () => {
  it.each<[string, string, () => Principal, (approval: ApprovalRecord) => Promise<unknown>]>([
    ["by who may only decide", "not_allowed", () => approver, async () => undefined],
    ["by who may not even see it", "not_found", () => person("staff:sam", ["sales"]), async () => undefined],
    ["once it is denied", "already_decided", () => engineer, (each) => decideAs(approver, each, { verdict: "deny" })],
    ["once it is over", "expired", () => engineer, async () => (nowMs += 11 * minute)],
  ])("%s", async (_name, code, by, change) => {
    const first = begin();
    const approval = await opened(first);
    first.leave();
    await first.end;
    await change(approval);
    await expect(approvals.withdraw(by(), approval.id)).rejects.toMatchObject({ code });
  });
});

describe("what a program of the requester's machine is called there", () => {
  it("is told to the requester and to nobody else", async () => {
    const first = begin();
    const approval = await opened(first);
    expect(approvals.seenBy(engineer, approval)?.via).toBe("Cursor");
    for (const other of [approver, { ...person("staff:sam", []), roles: ["auditor" as const] }]) {
      const view = approvals.seenBy(other, approval);
      expect(view).not.toBeNull();
      expect(view).not.toHaveProperty("via");
    }
    first.leave();
    await first.end;
  });
});

describe("a decision is refused", () => {
  it.each<[string, string, (approval: ApprovalRecord) => Promise<unknown>]>([
    ["by who may not see it", "not_found", async (approval) => decideAs(person("staff:sam", ["sales"]), approval)],
    [
      "by who sees it and may not decide",
      "not_approver",
      async (approval) => decideAs({ ...person("staff:sam", ["sales"]), roles: ["auditor"] }, approval),
    ],
    [
      "by the requester",
      "self_approval",
      async (approval) => decideAs({ ...engineer, groups: ["engineers", "approvers"] }, approval),
    ],
    [
      "by the requester under another identity",
      "self_approval",
      async (approval) => decideAs({ ...person("okta:erin", ["approvers"]), person: "staff:erin" }, approval),
    ],
    [
      "by the requester whose identities were parted since",
      "self_approval",
      async (approval) => decideAs({ ...engineer, person: "staff:other", groups: ["approvers"] }, approval),
    ],
    [
      "by the requester's other identity, joined since",
      "self_approval",
      async (approval) => {
        personOf = () => "okta:erin";
        return decideAs(person("okta:erin", ["approvers"]), approval);
      },
    ],
    [
      "by the requester's other identity, joined while its decision was on the way",
      "self_approval",
      async (approval) => {
        personOf = () => "staff:erin";
        return decideAs(person("okta:erin", ["approvers"]), approval);
      },
    ],
    [
      "with an extension in its header",
      "bad_signature",
      async (approval) => {
        const signer = await enrolled(approver);
        return approvals.decide(
          approver,
          approval.id,
          await signer.signText(JSON.stringify(await signer.payload(approval)), { b64: true, crit: ["b64"] }),
        );
      },
    ],
    [
      "with a member named twice",
      "bad_signature",
      async (approval) => {
        const signer = await enrolled(approver);
        const text = JSON.stringify(await signer.payload(approval)).replace("{", '{"verdict":"deny",');
        return approvals.decide(approver, approval.id, await signer.signText(text));
      },
    ],
    [
      "over another payload",
      "digest_mismatch",
      async (approval) => decideAs(approver, approval, { payload: "x".repeat(43) }),
    ],
    [
      "over other arguments",
      "digest_mismatch",
      async (approval) => decideAs(approver, approval, { arguments: "x".repeat(43) }),
    ],
    ["over another tool", "digest_mismatch", async (approval) => decideAs(approver, approval, { tool: "delete_file" })],
    [
      "for another gateway",
      "digest_mismatch",
      async (approval) => decideAs(approver, approval, { gateway: "https://other.example" }),
    ],
    [
      "under another rule",
      "digest_mismatch",
      async (approval) => decideAs(approver, approval, { rule: { name: "writes", version: "v0" } }),
    ],
    [
      "signed too long ago",
      "decision_expired",
      async (approval) => decideAs(approver, approval, { iat: nowMs / 1000 - 600, exp: nowMs / 1000 - 300 }),
    ],
    [
      "signed for too long",
      "decision_expired",
      async (approval) => decideAs(approver, approval, { exp: nowMs / 1000 + 3600 }),
    ],
    [
      "once the rule has changed",
      "rule_changed",
      async (approval) => ((ruleVersion = "v2"), decideAs(approver, approval)),
    ],
    ["once it has expired", "expired", async (approval) => ((nowMs += 11 * minute), decideAs(approver, approval))],
    ["for an unknown request", "not_found", async (approval) => decideAs(approver, { ...approval, id: "apr_none" })],
    [
      "by a device that is not enrolled",
      "unknown_device",
      async (approval) => approvals.decide(approver, approval.id, await (await newSigner("dev_x")).sign(approval)),
    ],
    [
      "by somebody else's device",
      "unknown_device",
      async (approval) => approvals.decide(approver, approval.id, await (await enrolled(engineer)).sign(approval)),
    ],
    [
      "with a broken signature",
      "bad_signature",
      async (approval) =>
        approvals.decide(approver, approval.id, broken(await (await enrolled(approver)).sign(approval))),
    ],
    ["as no JWS at all", "bad_signature", async (approval) => approvals.decide(approver, approval.id, "x.y.z")],
  ])("%s", async (_name, code, decide) => {
    const call = begin();
    const approval = await opened(call);
    await expect(decide(approval)).rejects.toMatchObject({ code });
    call.leave();
    await call.end;
    expect(store.approvals.get(approval.id)?.decision).toBeNull();
  });

  it("the second time, while the very same decision sent again has its first result", async () => {
    const signer = await enrolled(approver);
    const call = begin();
    const approval = await opened(call);
    const jws = await signer.sign(approval);
    await approvals.decide(approver, approval.id, jws);
    expect(await call.end).toBe("run");
    expect((await approvals.decide(approver, approval.id, jws)).decision?.verdict).toBe("approve");
    await expect(
      approvals.decide(approver, approval.id, await signer.sign(approval, { verdict: "deny" })),
    ).rejects.toMatchObject({ code: "already_decided" });
    expect(ran).toEqual([approval.id]);
  });
});

function heldCall(): HeldCall {
  return {
    principal: engineer,
    connection: "files",
    tool: "write_file",
    place: "place",
    fingerprint: "print-1",
    description: null,
    annotations: null,
    payload: { arguments: { path: "a.txt", content: "••••1120" }, hidden: [{ path: ["content"], kind: "ssn" }] },
    argumentsDigest: "arguments-digest",
    lookup: "erin files write_file a.txt",
    effect: {
      effect: "approve",
      rule: { name: "writes", version: "v1" },
      why: "",
      risk: "medium",
      steps: [{ approvers: ["approvers"], need: "any" }],
      expiresMs: 10 * minute,
    },
    grants: null,
    client: null,
    device: null,
    via: "Cursor",
    fingerprintNow: async () => fingerprint,
    refusalNow: () => refusal,
    admit: () => null,
    occupy: () => null,
  };
}

interface Begun {
  readonly end: Promise<string>;
  readonly opened: Promise<ApprovalRecord>;
  leave(): void;
  /** Its client would wait no longer. */
  spend(): void;
}

function begin(continues: string | null = null): Begun {
  const gone = new AbortController();
  const open = Promise.withResolvers<ApprovalRecord>();
  const spent = new AbortController();
  const caller = { call: "cal_1", gone: gone.signal, spent: spent.signal, continues };
  const end = approvals.hold(heldCall(), caller, open.resolve).then(finish);
  return { end, opened: open.promise, leave: () => gone.abort(), spend: () => spent.abort() };
}

async function finish(turn: Turn): Promise<string> {
  switch (turn.kind) {
    case "run": {
      ran.push(turn.approval.id);
      const outcome: Outcome = {
        state: "executed",
        message: "",
        answer: { jsonrpc: "2.0", id: 1, result: "done" },
        also: () => undefined,
      };
      await turn.finish(outcome);
      return "run";
    }
    case "answered":
      return `${turn.again ? "repeated" : "answered"}: ${JSON.stringify(turn.answer.result ?? turn.answer.error)}`;
    case "refused":
      return `refused: ${turn.approval.state}${turn.why === null ? "" : ` ${turn.why}`}`;
    case "limited":
      return `limited: ${turn.exceeded.code}`;
    case "gone":
    case "waits":
      return turn.kind;
    default:
      return turn satisfies never;
  }
}

/** An approved call that its caller has claimed and not finished. */
async function claimed(): Promise<{ readonly turn: Turn; readonly approval: ApprovalRecord }> {
  const never = new AbortController().signal;
  const open = Promise.withResolvers<ApprovalRecord>();
  const held = approvals.hold(heldCall(), { call: "cal_1", gone: never, spent: never, continues: null }, open.resolve);
  const approval = await open.promise;
  await decideAs(approver, approval);
  const turn = await held;
  expect(turn.kind).toBe("run");
  return { turn, approval };
}

function opened(call: Begun): Promise<ApprovalRecord> {
  return call.opened;
}

async function decideAs(
  principal: Principal,
  approval: ApprovalRecord,
  change: Partial<DecisionPayload> = {},
): Promise<ApprovalRecord> {
  const signer = await enrolled(principal);
  return approvals.decide(principal, approval.id, await signer.sign(approval, change));
}

interface Signer {
  payload(approval: ApprovalRecord): Promise<DecisionPayload>;
  signText(text: string, header?: { readonly b64?: boolean; readonly crit?: string[] }): Promise<string>;
  sign(approval: ApprovalRecord, change?: Partial<DecisionPayload>): Promise<string>;
}

async function enrolled(principal: Principal): Promise<Signer> {
  const device = `dev_${Math.random().toString(36).slice(2)}`;
  const { publicKey, privateKey } = await generateKeyPair("EdDSA");
  const { x = "" } = await exportJWK(publicKey);
  await store.commit((writes) =>
    writes.devices.put({
      id: device,
      key: { kty: "OKP", crv: "Ed25519", x },
      name: "test",
      principal: principal.id,
      person: principal.person,
      enrolledAtMs: nowMs,
    }),
  );
  return signerOf(device, privateKey);
}

async function newSigner(device: string): Promise<Signer> {
  return signerOf(device, (await generateKeyPair("EdDSA")).privateKey);
}

function signerOf(device: string, key: CryptoKey): Signer {
  const signText: Signer["signText"] = (said, header = {}) =>
    new CompactSign(new TextEncoder().encode(said))
      .setProtectedHeader({ alg: "EdDSA", typ: decisionType, kid: device, ...header })
      .sign(key);
  return {
    payload: payloadOf,
    signText,
    sign: async (approval, change = {}) => signText(JSON.stringify({ ...(await payloadOf(approval)), ...change })),
  };
}

async function payloadOf(approval: ApprovalRecord): Promise<DecisionPayload> {
  return {
    v: 1,
    gateway,
    approval: approval.id,
    principal: approval.requester.id,
    connection: approval.connection,
    tool: approval.tool,
    fingerprint: approval.fingerprint,
    payload: await digest({
      arguments: approval.payload.arguments,
      hidden: approval.payload.hidden.map(({ path, kind }) => ({ path, kind })),
    }),
    arguments: approval.argumentsDigest,
    rule: { name: approval.rule.name, version: approval.rule.version },
    verdict: "approve",
    reason: "",
    presence: "window",
    iat: nowMs / 1000,
    exp: nowMs / 1000 + 120,
  };
}

function broken(jws: string): string {
  const [header = "", payload = "", signature = ""] = jws.split(".");
  const other = signature.startsWith("A") ? "B" : "A";
  return [header, payload, other + signature.slice(1)].join(".");
}

function person(id: string, groups: readonly string[]): Principal {
  return {
    id,
    kind: "user",
    name: id,
    groups: [...groups],
    issuer: "staff",
    person: id,
    roles: [],
    clientId: "app",
    expiresAtMs: Infinity,
    authenticatedAtMs: null,
  };
}
