import { createHash } from "node:crypto";
import { CountersignError } from "../../shared/errors.ts";
import type { Principal } from "../identity/principal.ts";
import type { ApprovalRecord, Writes } from "../store/store.ts";
import { mostWrong } from "./number.ts";
import { move } from "./records.ts";

/**
 * Counts a wrong number, with its entry, within the commit that judged it: decisions that come at once can't outrun the count. The last one
 * that is let pass denies the request.
 */
export function countWrong(
  writes: Writes,
  record: ApprovalRecord,
  by: Principal,
  jws: string,
  nowMs: number,
): ApprovalRecord {
  const wrongNumbers = [...record.wrongNumbers, { by: by.id, sent: digestOf(jws), atMs: nowMs }];
  const wrong = wrongNumbers.length;
  writes.append("decision.refused", { approval: record.id, by: by.id, code: "wrong_number", wrong, signed: jws });
  if (wrong < mostWrong) return writes.approvals.put({ ...record, wrongNumbers });
  return move(writes, record, { state: "denied", wrongNumbers }, { why: `${wrong} wrong numbers were named.` });
}

/** What whoever named a wrong number is told. */
export function wrongNumber({ wrongNumbers }: Pick<ApprovalRecord, "wrongNumbers">): CountersignError {
  const left = mostWrong - wrongNumbers.length;
  const next = left > 0 ? `${left} more and the request is denied.` : "The request is denied. Nothing was run.";
  return new CountersignError("wrong_number", `That is not the number that the requester's console shows. ${next}`);
}

/** SHA-256 of a compact JWS, base64url. */
export function digestOf(jws: string): string {
  return createHash("sha256").update(jws).digest("base64url");
}
