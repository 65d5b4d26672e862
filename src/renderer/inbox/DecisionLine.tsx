import type { ApprovalView } from "../../shared/approval.ts";
import { quorum } from "../../shared/approval-steps.ts";
import type { Deciding } from "../deciding.ts";
import { clockSeconds } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import css from "./DecisionBar.module.css";
import { needsNumber } from "./demands.ts";
import type { Hindrance } from "./hindrance.ts";

interface DecisionLineProps {
  readonly approval: ApprovalView;
  readonly deciding: Deciding | undefined;
  readonly hinders: Hindrance | null;
  readonly equal: readonly ApprovalView[];
}

/** How far the person's decision is, what the click will do, or what has to come before it. */
export function DecisionLine({ approval, deciding, hinders, equal }: DecisionLineProps) {
  // Before all else: the person has decided, and what hinders others hinders the sending, not them.
  if (deciding?.step === "sending") return sendingLine(deciding);
  if (deciding?.step === "late") return words.decide.lateSoon;
  if (hinders !== null) return words.decide[hinders];
  if (approval.standing === "deny") return words.decide.onlyDeny;
  if (approval.rule.presence === "authenticator") return words.decide.authenticator;
  if (needsNumber(approval)) return <AskForNumber approval={approval} />;
  const same = equal.length > 1 ? words.decide.equal(equal.length, approval.payload.hidden.length) : "";
  const { approverSignIn: asked } = approval.rule;
  const signIn = asked === undefined ? "" : words.decide.signIn(spoken(asked.asks, 120));
  return same + whatFollows(approval) + signIn;
}

/** Never that it is decided: only the gateway says so, by the approval's own state. */
function sendingLine({ verdict, unanswered, untilMs }: Extract<Deciding, { step: "sending" }>): string {
  if (unanswered === 0 || untilMs === null) return words.decide.sending[verdict];
  return words.decide.resending[verdict](clockSeconds(untilMs));
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
