import { isJsonObject, type JsonObject } from "../../shared/json.ts";
import type { RpcMessage } from "../../shared/target.ts";
import type { ApprovalRecord } from "../store/store.ts";
import { budgetOf, waitsWithProgress } from "./budgets.ts";
import type { Exchange } from "./context.ts";
import type { Request } from "./record.ts";
import { waitingStill } from "./refusal.ts";
import { errorMessage } from "./rpc-failure.ts";
import { mostRounds, nextRound, writeRound, type Round } from "./rounds.ts";

/** No round takes longer, whatever the client: stock clients give each request 60 s, and the call itself takes its time. */
const longestRoundMs = 50_000;

/** How long this request is held, and how it is answered when that is over and nothing is decided. */
export interface Ladder {
  readonly budgetMs: number;
  /** `end`: `last` asks the caller, or the model behind it, to make the call again; `round` makes its client do so by itself. */
  readonly end: "round" | "last";
}

/** The rung for this request, by what its client is known to bear. */
export function ladderOf({ gate, client }: Exchange, request: Request, round: Round | null): Ladder {
  const { approvals: settings } = gate.runtime().config;
  const name = client?.name ?? "";
  const progress = progressTokenOf(request) !== undefined;
  const budgetMs = budgetOf(name, progress, settings);
  if (request.era === "legacy" || (progress && waitsWithProgress(name, settings))) return { budgetMs, end: "last" };
  const done = round?.done ?? 0;
  return { budgetMs: Math.min(budgetMs, longestRoundMs), end: done + 1 < mostRounds ? "round" : "last" };
}

/** The answer to a call that has waited long enough. */
export function notYet(
  { gate }: Pick<Exchange, "gate">,
  request: Request,
  approval: ApprovalRecord,
  ladder: Ladder,
  round: Round | null,
): RpcMessage {
  const { id, expiresAtMs, state } = approval;
  const about = { "countersign/approval": { id, state, expiresAt: new Date(expiresAtMs).toISOString() } };
  if (ladder.end === "round") {
    const next = { approval: id, done: (round?.done ?? 0) + 1 };
    return nextRound(request.id, writeRound(next, approval.lookup, gate.keyedDigest), about);
  }
  const failure = waitingStill(approval);
  if (request.method !== "tools/call") return errorMessage(request.id, failure);
  // `isError` always: a tool with an output schema owes structured content otherwise.
  const result: JsonObject = {
    ...(request.era === "modern" ? { resultType: "complete" } : {}),
    content: [{ type: "text", text: failure.message }],
    isError: true,
    _meta: about,
  };
  return { jsonrpc: "2.0", id: request.id, result };
}

/** Where the client asked for progress: what to name in each notification. */
export function progressTokenOf({ params }: Request): string | number | undefined {
  const token = isJsonObject(params._meta) ? params._meta.progressToken : undefined;
  return typeof token === "string" || typeof token === "number" ? token : undefined;
}
