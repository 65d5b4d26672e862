import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { words } from "../words.ts";
import { Answer } from "./Answer.tsx";
import { useKnownContext } from "./known-context.ts";
import css from "./RequestDetail.module.css";

interface KnownAnswerProps {
  /** One that has been run. */
  readonly approval: ApprovalView;
  readonly state: ConsoleState;
  readonly isLinked: boolean;
}

/** What the call was answered, masked, asked of the gateway as it is looked at. */
export function KnownAnswer({ approval, state, isLinked }: KnownAnswerProps) {
  const known = useKnownContext(approval, state, isLinked);
  if (known.at === "read") return <Answer answer={known.context.answer} />;
  return <p className={css.sub}>{known.at === "reading" ? words.context.answerReading : words.context.answerUnread}</p>;
}
