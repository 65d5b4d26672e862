import { randomBytes } from "node:crypto";
import type { ApprovalState } from "../../shared/approval.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { PrincipalView } from "../../shared/principal.ts";
import type { Principal } from "../identity/principal.ts";
import { signInText } from "../policy/sign-in.ts";
import type { ApprovalRecord, Writes } from "../store/store.ts";
import type { HeldCall } from "./turn.ts";

/** One change of state and its ledger entry, in one commit (rule 5). */
export function move(
  writes: Writes,
  record: Omit<ApprovalRecord, "revision">,
  change: Partial<ApprovalRecord> & { readonly state?: ApprovalState },
  detail: JsonObject = {},
): ApprovalRecord {
  const stored = writes.approvals.put({ ...record, ...change });
  const { state, risk } = stored;
  const facts = factsOf(stored);
  const masked: JsonObject = {
    arguments: stored.payload.arguments,
    hidden: stored.payload.hidden.map(({ path, kind }) => ({ path, kind })),
  };
  writes.append(`approval.${state}`, {
    ...facts,
    ...(state === "pending"
      ? {
          risk,
          approvers: stored.approvers,
          steps: stored.steps.map(({ approvers, need }) => ({ approvers, need })),
          expiresAtMs: stored.expiresAtMs,
          payload: masked,
        }
      : {}),
    ...(state === "approved" || (state === "denied" && stored.decision !== null) ? newest(stored) : {}),
    ...(stored.outcome === null ? {} : { outcome: stored.outcome.message }),
    ...detail,
  });
  return stored;
}

/** One approval of several that are needed, and its ledger entry, in one commit (rule 5): the state stays as it is. */
export function addDecision(
  writes: Writes,
  record: ApprovalRecord,
  decisions: ApprovalRecord["decisions"],
  detail: JsonObject = {},
): ApprovalRecord {
  const stored = writes.approvals.put({ ...record, decisions });
  writes.append("decision.recorded", { ...factsOf(stored), ...newest(stored), ...detail });
  return stored;
}

function factsOf({ id, connection, tool, fingerprint, argumentsDigest, requester, rule }: ApprovalRecord): JsonObject {
  return {
    approval: id,
    connection,
    tool,
    fingerprint,
    arguments: argumentsDigest,
    principal: requester.id,
    ...(requester.owner === undefined ? {} : { owner: requester.owner }),
    rule: { name: rule.name, version: rule.version },
  };
}

/** The decision that this change is about. */
function newest({ decisions }: ApprovalRecord): JsonObject {
  const last = decisions.at(-1);
  return last === undefined ? {} : { decision: last.jws, by: last.by.id, step: last.step };
}

/** An open approval serves a repeated call only while its rule, target and tool are the ones that were shown. */
export function isStillGood(record: ApprovalRecord, call: HeldCall, now: number): boolean {
  const until = record.state === "pending" ? record.expiresAtMs : (record.reuseUntilMs ?? 0);
  if (record.place !== call.place) return false;
  return until > now && record.rule.version === call.effect.rule.version && record.fingerprint === call.fingerprint;
}

export function newRecord(call: HeldCall, nowMs: number): Omit<ApprovalRecord, "revision"> {
  const { effect } = call;
  return {
    id: `apr_${randomBytes(12).toString("base64url")}`,
    state: "pending",
    requester: viewOf(call.principal),
    person: call.principal.person,
    lookup: call.lookup,
    place: call.place,
    client: call.client,
    device: call.device,
    via: call.via,
    connection: call.connection,
    tool: call.tool,
    description: call.description,
    annotations: call.annotations,
    fingerprint: call.fingerprint,
    payload: call.payload,
    argumentsDigest: call.argumentsDigest,
    rule: {
      name: effect.rule.name,
      version: effect.rule.version,
      why: effect.why,
      requireReason: effect.requireReason ?? false,
      presence: effect.presence ?? "cli",
      quick: effect.quick ?? false,
      ...approverSignIn(effect),
    },
    risk: effect.risk,
    grants: call.grants,
    approvers: [...new Set(effect.steps.flatMap(({ approvers }) => approvers))],
    steps: effect.steps.map(({ approvers, need }) => ({ approvers: [...approvers], need })),
    decisions: [],
    wrongNumbers: [],
    createdAtMs: nowMs,
    expiresAtMs: nowMs + effect.expiresMs,
    reuseUntilMs: null,
    decision: null,
    outcome: null,
  };
}

function approverSignIn({ approverSignIn: terms }: HeldCall["effect"]): Pick<ApprovalRecord["rule"], "approverSignIn"> {
  if (terms === undefined) return {};
  const { withinMs, acr, methods } = terms;
  return {
    approverSignIn: {
      asks: signInText(terms),
      ...(withinMs === undefined ? {} : { withinMs }),
      ...(acr === undefined ? {} : { acr: [...acr] }),
      ...(methods === undefined ? {} : { methods: [...methods] }),
    },
  };
}

export function viewOf({ id, kind, name, groups, owner }: Principal): PrincipalView {
  return { id, kind, name, groups: [...groups], ...(owner === undefined ? {} : { owner }) };
}
