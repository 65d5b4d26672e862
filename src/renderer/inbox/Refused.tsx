import type { Verdict } from "../../shared/approval.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import { Band } from "../parts/Band.tsx";
import text from "../parts/text.module.css";
import { refusal } from "../wording.ts";

/** A decision that did not go through: what happened, what it means, what to do. */
export function Refused({ verdict, code }: { readonly verdict: Verdict; readonly code: ErrorCode }) {
  const { lead, rest } = refusal(code, verdict);
  return (
    <Band tone="bad" icon="fail">
      <b className={text.strong}>{lead}</b> {rest}
    </Band>
  );
}
