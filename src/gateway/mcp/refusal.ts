import { whereNumberIs } from "../approvals/number.ts";
import { awaited } from "../approvals/steps.ts";
import type { ApprovalRecord } from "../store/store.ts";
import type { Exceeded } from "../policy/limits.ts";
import { counted, durationText } from "../policy/limits-text.ts";
import type { Effect } from "../policy/policy.ts";
import { isUnwritten, type ErrorCode } from "../../shared/errors.ts";
import type { TargetError } from "../../shared/target.ts";
import { internalErrorCode } from "./classify.ts";
import type { RpcFailure } from "./rpc-failure.ts";

/** Our own JSON-RPC error codes, in the range that the specification leaves to implementations (-32000 to -32099). */
export const refusalCodes = {
  sessionNeeded: -32000,
  sessionUnknown: -32001,
  tooManySessions: -32002,
  deniedByRule: -32050,
  deniedByApprover: -32051,
  notDecided: -32052,
  overLimit: -32053,
  targetFailed: -32054,
  unrecorded: -32055,
  stopping: -32056,
  toolChanged: -32057,
  answerTooLarge: -32058,
  sessionOver: -32059,
  signInNeeded: -32060,
  diskFull: -32061,
} as const;

export function deniedByRule(effect: Extract<Effect, { effect: "deny" }>, what: string): RpcFailure {
  const rule = effect.rule?.name ?? null;
  const by = rule === null ? "No rule allows" : `Rule “${rule}” does not allow`;
  const why = effect.why === "" || rule === null ? "" : ` ${effect.why}`;
  const message = `${by} ${what}.${why} Nothing was run.`;
  return { code: refusalCodes.deniedByRule, message, data: { code: "denied_by_rule", rule } };
}

/** What the caller of a held call that won't run is told: who, that nothing was run, why, and what next. */
export function notApproved(approval: ApprovalRecord, why: string | null): RpcFailure {
  const data = { approval: approval.id, rule: approval.rule.name };
  if (approval.state === "denied" && approval.decision !== null) {
    const { by, reason } = approval.decision;
    const message = `Denied by ${by.name} (${deniersOf(approval).join(", ")}). Nothing was run. Reason: ${reason === "" ? "none given" : reason}`;
    return { code: refusalCodes.deniedByApprover, message, data: { ...data, code: "denied", reason } };
  }
  if (approval.state === "denied") {
    const message = `Denied: ${approval.wrongNumbers.length} wrong numbers were named for this critical call. Nothing was run. Call again to ask again.`;
    return { code: refusalCodes.deniedByApprover, message, data: { ...data, code: "denied", reason: "wrong_number" } };
  }
  if (approval.state === "expired") {
    const minutes = Math.max(1, Math.round((approval.expiresAtMs - approval.createdAtMs) / 60_000));
    const message = `Denied: nobody decided within ${minutes} ${minutes === 1 ? "minute" : "minutes"}. Nothing was run. Call again to ask again.`;
    return { code: refusalCodes.notDecided, message, data: { ...data, code: "expired" } };
  }
  const ended = approval.state === "withdrawn" ? "Withdrawn by who asked." : "The approval has ended.";
  const message = `${why ?? ended} Nothing was run. Call again to ask again.`;
  return { code: refusalCodes.notDecided, message, data: { ...data, code: approval.state } };
}

/** What the caller is told whose call exceeds a limit; `approved` is the approval that its repeat will still find. */
export function overLimit(exceeded: Exceeded, rule: string, approved: string | null): RpcFailure {
  const { what, next } = limitWords(exceeded, rule);
  const still = approved === null ? "" : ` Request ${approved} stays approved: call again with the same arguments.`;
  const data = { rule, ...exceeded, ...(approved === null ? {} : { approval: approved }) };
  return { code: refusalCodes.overLimit, message: `${what} Nothing was run. ${next}${still}`, data };
}

function limitWords(exceeded: Exceeded, rule: string): { readonly what: string; readonly next: string } {
  switch (exceeded.code) {
    case "rate_limited": {
      const { most, perMs, retryAfterMs } = exceeded;
      const next = `Call again in ${Math.ceil(retryAfterMs / 1000)}s.`;
      return { what: `Rule “${rule}” allows you ${counted(most)} per ${durationText(perMs)}.`, next };
    }
    case "too_many_at_once":
      return {
        what: `Rule “${rule}” lets ${counted(exceeded.most)} of yours run at once.`,
        next: "Wait until one has ended.",
      };
    case "session_used_up":
      return { what: `Rule “${rule}” allows ${counted(exceeded.most)} in one session.`, next: "" };
    case "too_many_pending":
      return {
        what: `You have ${exceeded.most} ${exceeded.most === 1 ? "request that waits" : "requests that wait"} for a decision, and no more may.`,
        next: "Wait for a decision, or withdraw one.",
      };
    case "limits_full":
      return { what: "The gateway has no room to count more calls now.", next: "Call again shortly." };
    default:
      return exceeded satisfies never;
  }
}

/** What the caller is told of a call that ran, and whose answer is larger than its rule lets through. */
export function answerTooLarge(size: {
  readonly bytes: number;
  readonly mostBytes: number;
  readonly rule: string;
}): RpcFailure {
  const { bytes, mostBytes, rule } = size;
  const message = `The call ran, but its answer of ${bytes} bytes is larger than the ${mostBytes} that rule “${rule}” lets through, so it is withheld. What the call did stays done: ask for less, and don't repeat what changes anything.`;
  return { code: refusalCodes.answerTooLarge, message, data: { code: "answer_too_large", ...size } };
}

/** The groups of the step that it was denied in. */
function deniersOf({ steps, decisions }: ApprovalRecord): readonly string[] {
  return steps[(decisions.at(-1)?.step ?? 1) - 1]?.approvers ?? [];
}

/** What the caller of a held call is told when the gateway stops: the approval stays. */
export function stillWaiting(approval: ApprovalRecord): RpcFailure {
  const message = `The gateway is being restarted. Request ${approval.id} stays open and nothing was run. Call again with the same arguments.`;
  const data = { approval: approval.id, rule: approval.rule.name, code: "pending" };
  return { code: refusalCodes.stopping, message, data };
}

/** What the caller of a held call is told whose session or token ran out, or was revoked, while it waited. */
export function notLetIn(approval: ApprovalRecord, isRevoked: boolean): RpcFailure {
  const data = { approval: approval.id, rule: approval.rule.name };
  if (isRevoked) {
    const message = `Your access was revoked while the call was held. Nothing was run. Ask who runs the gateway.`;
    return { code: refusalCodes.sessionOver, message, data: { ...data, code: "revoked" } };
  }
  const message = `Your session ended while the call was held. Nothing was run, and request ${approval.id} stays open. Sign in again in Countersign, then call again with the same arguments.`;
  return { code: refusalCodes.sessionOver, message, data: { ...data, code: "session_ended" } };
}

/** What the caller is told whose client would not have waited any longer, and how it gets its answer all the same. */
export function waitingStill(approval: ApprovalRecord): RpcFailure {
  const { id, expiresAtMs, state } = approval;
  const until = new Date(expiresAtMs).toISOString();
  const message =
    state === "pending"
      ? `Waiting for approval by ${awaited(approval)}: request ${id}, open until ${until}. Nothing was run yet. To get the result, call again with the same arguments: the decision is picked up then.${whereNumberIs(approval)}`
      : `Request ${id} is approved. To get the result, call again with the same arguments: it is not run twice for that.`;
  return { code: refusalCodes.notDecided, message, data: { code: "pending", approval: id, state, expiresAt: until } };
}

/** How far a request had come when the gateway failed on it. */
type Progress = "not passed on" | "passed on";

/** What the caller is told where the gateway itself failed: its store refused what had to be recorded first, or a fault. */
export function gatewayFault(code: ErrorCode, progress: Progress): RpcFailure {
  if (!isUnwritten(code))
    return { code: internalErrorCode, message: "The gateway failed on this request; its log has the cause." };
  const isFull = code === "disk_full";
  const data = { code, outcome: progress === "passed on" ? "unknown" : "not_run" };
  const why = isFull ? "The gateway's disk is full, so it" : "The gateway";
  const next = isFull ? "Tell who runs the gateway; once there is room, it goes on." : "Tell who runs the gateway.";
  const message =
    progress === "passed on"
      ? `${why} could not record this call, and does not answer it. If it changes something, check whether it took effect before you repeat it. ${next}`
      : `${why} could not record this call, and did not pass it on. Nothing was run. ${next}`;
  return { code: isFull ? refusalCodes.diskFull : refusalCodes.unrecorded, message, data };
}

/** What the caller is told of a call that ran when the gateway stopped, or otherwise lost what came of it. */
export function outcomeUnknown(approval: string, what = "stopped while this approved call ran"): RpcFailure {
  const message = `The gateway ${what}. Whether it took effect is unknown, and it is not retried; check before you repeat it.`;
  return { code: refusalCodes.targetFailed, message, data: { code: "outcome_unknown", approval } };
}

/** What the caller is told when the target failed; the log says what of, and nobody the target's own words. */
export function targetFailure(error: TargetError, connection: string): RpcFailure {
  const data = { code: "target_failed", reason: error.reason };
  const { what, next } = failureWords(error);
  return { code: refusalCodes.targetFailed, message: `The target of connection ${connection} ${what}. ${next}`, data };
}

function failureWords(error: TargetError): { readonly what: string; readonly next: string } {
  switch (error.reason) {
    case "unreachable":
      return { what: "could not be reached", next: "Nothing was run. Try again, or ask who runs the gateway." };
    case "crashed":
      return {
        what: "ended before it answered",
        next: "Whether the call took effect is unknown; check before you repeat it.",
      };
    case "timeout":
      return {
        what: "did not answer in time",
        next: "Whether the call took effect is unknown; check before you repeat it.",
      };
    case "session-lost":
      return { what: "has ended this session", next: "Start a new session (initialize)." };
    case "protocol":
      return { what: "answered with something that is not MCP", next: "Ask who runs the gateway." };
    case "http":
      return { what: `refused the request (HTTP ${error.status ?? "error"})`, next: "Ask who runs the gateway." };
    default:
      return error.reason satisfies never;
  }
}
