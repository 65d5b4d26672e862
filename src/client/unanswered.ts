import { toFailure } from "../shared/errors.ts";
import { OutcomeUnknown } from "./upstream/lost.ts";

/** A JSON-RPC error of the tunnel's own. */
export interface Unanswered {
  readonly code: number;
  readonly message: string;
  /** What happened, and whether the call may have run nevertheless. */
  readonly data: { readonly code: string; readonly outcome: "not_run" | "unknown" };
}

/** The gateway's answer broke off before any of it was passed on. */
export class AnswerBrokenOff extends Error {
  constructor(cause: unknown) {
    super("The gateway's answer broke off.", { cause });
  }
}

/** What a client is told whose request could not be passed on. */
export function wordsFor(error: unknown): Unanswered {
  if (error instanceof AnswerBrokenOff) return brokenOff;
  const { code, message } = toFailure(error);
  const outcome = error instanceof OutcomeUnknown ? "unknown" : "not_run";
  return { code: serverError, message: `Countersign: ${message}`, data: { code, outcome } };
}

/** What a client is told whose answer broke off. */
export const brokenOff: Unanswered = {
  // JSON-RPC 2.0, section 5.1: from -32000 to -32099 for the implementation.
  code: -32_000,
  message:
    "Countersign: the gateway was lost during this call, and whether it took effect is unknown unless it was still held. " +
    "An approval outlives this: call again with the same arguments.",
  data: { code: "transient", outcome: "unknown" },
};

const serverError = brokenOff.code;
