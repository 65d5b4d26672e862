import { timingSafeEqual } from "node:crypto";
import type { Json, JsonObject } from "../../shared/json.ts";
import type { RpcMessage } from "../../shared/target.ts";
import { goesOn } from "./open-inputs.ts";
import type { Request } from "./record.ts";

/**
 * Rounds of a held call with a modern client (2026-07-28, "Multi round-trip requests"): near its time-out it is answered
 * `input_required` with nothing but a `requestState`, and makes the same call again with it, at most ten rounds in all.
 */
export interface Round {
  /** The approval that the earlier round waited for. */
  readonly approval: string;
  /** How many rounds went before. */
  readonly done: number;
}

/** Stock clients stop after ten repetitions; the last of our rounds has an answer of another kind. */
export const mostRounds = 10;

type KeyedDigest = (value: Json) => string;

/** What a client brings back of an earlier round. Ours alone begins so: a target's own state is none of it. */
const ours = /^countersign\.(apr_[\w-]{16})\.(\d{1,2})\.([\w-]{43})$/;

/** The state that this call brings to its next round. `lookup` binds it to principal, connection, tool and arguments. */
export function writeRound(round: Round, lookup: string, keyedDigest: KeyedDigest): string {
  return `countersign.${round.approval}.${round.done}.${tagOf(round, lookup, keyedDigest)}`;
}

/** The earlier round, or null where the state is not what this gateway gave for this very call. */
export function readRound(state: Json, lookup: string, keyedDigest: KeyedDigest): Round | null {
  const parts = typeof state === "string" ? ours.exec(state) : null;
  if (parts === null) return null;
  const [, approval = "", done = "", tag = ""] = parts;
  const round = { approval, done: Number(done) };
  const expected = Buffer.from(tagOf(round, lookup, keyedDigest));
  return timingSafeEqual(expected, Buffer.from(tag)) ? round : null;
}

/** The request as it would be without the state, which is between client and gateway and goes to no target. */
export function withoutState(request: Request): Request {
  const { requestState: _state, ...params } = request.params;
  return { ...request, params, message: { ...request.message, params } };
}

/** The same for a call that is not held any more, whose state may also be its target's own business. */
export function withoutOwnState(request: Request): Request {
  const { requestState } = request.params;
  return typeof requestState === "string" && (ours.test(requestState) || goesOn(requestState))
    ? withoutState(request)
    : request;
}

/** The answer that makes a modern client come back by itself. */
export function nextRound(id: Request["id"], state: string, about: JsonObject): RpcMessage {
  const result = { resultType: "input_required", requestState: state, _meta: about };
  return { jsonrpc: "2.0", id, result };
}

function tagOf({ approval, done }: Round, lookup: string, keyedDigest: KeyedDigest): string {
  // No other digest of the gateway's is over these members.
  return keyedDigest({ use: "mcp request state", approval, done, lookup });
}
