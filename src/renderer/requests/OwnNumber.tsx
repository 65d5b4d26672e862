import type { ApprovalView } from "../../shared/approval.ts";
import { openStep } from "../../shared/approval-steps.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import css from "./OwnNumber.module.css";

/** The number of one's own critical request, to be told to whoever approves; nothing for a request without one. */
export function OwnNumber({ approval }: { readonly approval: ApprovalView }) {
  const { matching, steps } = approval;
  if (matching === undefined || matching === null || matching.number === null) return null;
  const groups = spoken((steps[openStep(approval) - 1]?.approvers ?? []).join(", "));
  return (
    <div className={css.own} role="group" aria-label={words.number.yours}>
      <b className={css.digits}>{matching.number}</b>
      <p>
        {words.number.tell(groups)}
        {matching.wrong > 0 && <strong> {words.number.wrong(matching.wrong, matching.most)}</strong>}
      </p>
    </div>
  );
}
