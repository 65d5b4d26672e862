import type { ApprovalView } from "../../shared/approval.ts";
import { openStep, quorum } from "../../shared/approval-steps.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import css from "./Quorum.module.css";

interface QuorumProps {
  readonly approval: ApprovalView;
}

/** Beyond this many the number alone tells. */
const mostBoxes = 12;

/** How far a request is that needs several people: a box for each; nothing where one is enough. The reader's own is dashed. */
export function Meter({ approval }: QuorumProps) {
  const { have, need } = quorum(approval);
  if (need === 1 || need > mostBoxes) return null;
  const isReaders = approval.state === "pending" && approval.standing === "decide";
  return (
    <span className={css.meter} role="img" aria-label={words.quorum.meter(have, need)}>
      {Array.from({ length: need }, (_, place) => (
        <i key={place} className={place < have ? css.on : place === have && isReaders ? css.you : undefined} />
      ))}
    </span>
  );
}

/** The same in words: the step, how many, and who has approved. */
export function QuorumLine({ approval }: QuorumProps) {
  const { have, need } = quorum(approval);
  if (need === 1) return null;
  const names = approval.steps.flatMap(({ approvals }) => approvals.map(({ by }) => spoken(by.name, 40)));
  const of = approval.steps.length;
  return (
    <span>
      {of > 1 && words.quorum.step(openStep(approval), of)}
      {words.quorum.line(have, need, names)}{" "}
    </span>
  );
}

/** The same in a row of the list. */
export function Pips({ approval }: QuorumProps) {
  const { have, need } = quorum(approval);
  if (need === 1) return null;
  return (
    <span className={css.pips}>
      {need <= mostBoxes && (
        <span aria-hidden="true">
          {Array.from({ length: need }, (_, place) => (
            <i key={place} className={place < have ? css.on : undefined} />
          ))}
        </span>
      )}
      {words.quorum.short(have, need)}
    </span>
  );
}
