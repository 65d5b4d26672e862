import type { ApprovalView } from "../../shared/approval.ts";
import { quorum } from "../../shared/approval-steps.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import css from "./DecisionBar.module.css";
import { needsNumber } from "./demands.ts";

interface DecisionLineProps {
  readonly approval: ApprovalView;
  readonly sending: "approve" | "deny" | null;
  readonly equal: readonly ApprovalView[];
}

/** What the click will do, or what has to come before it. */
export function DecisionLine({ approval, sending, equal }: DecisionLineProps) {
  if (sending !== null) return words.decide.sending[sending];
  if (approval.standing === "deny") return words.decide.onlyDeny;
  if (approval.rule.presence === "authenticator") return words.decide.authenticator;
  if (needsNumber(approval)) return <AskForNumber approval={approval} />;
  const same = equal.length > 1 ? words.decide.equal(equal.length, approval.payload.hidden.length) : "";
  return same + whatFollows(approval);
}

function AskForNumber({ approval }: { readonly approval: ApprovalView }) {
  const { wrong, most } = approval.matching ?? { wrong: 0, most: 0 };
  return (
    <>
      <b className={css.ask}>{words.number.ask(spoken(approval.requester.name, 40))}</b>
      {words.number.how}
      {wrong > 0 && <b className={css.ask}> {words.number.wrong(wrong, most)}</b>}
    </>
  );
}

function whatFollows(approval: ApprovalView): string {
  const { have, need } = quorum(approval);
  if (need === 1) return words.decide.runs;
  return need - have === 1 ? words.decide.last : words.decide.notLast(need - have - 1);
}
