import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import type { PrincipalView } from "../../shared/principal.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import text from "../parts/text.module.css";
import { useStore } from "../store.ts";
import { clockTime, localTime } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import bar from "./DecisionBar.module.css";
import { leadOf } from "./ended-lead.ts";
import { barredBy } from "./hindrance.ts";
import { waitingFor } from "./listed.ts";
import { Meter, QuorumLine } from "./Quorum.tsx";
import css from "./RequestDetail.module.css";

interface DecidedProps {
  readonly approval: ApprovalView;
  readonly state: ConsoleState;
  readonly account: PrincipalView | null;
}

/** What became of a request: who ended it, whether anything was run, why, and what follows. */
export function Decided({ approval, state, account }: DecidedProps) {
  const { decision, outcome, reuseUntilMs } = approval;
  const who = decidersOf(approval)
    .map((by) => (by.id === account?.id ? words.decided.you : spoken(by.name)))
    .join(", ");
  const deciding = useStore(useModel().decisions.all).get(approval.id);
  const until = reuseUntilMs === null ? null : clockTime(localTime(state.gateway, reuseUntilMs));
  return (
    <div className={css.lead}>
      <p>
        <b className={text.strong}>{leadOf(approval, who)}</b> {words.decided.rest[approval.state](until)}
        {deciding?.step === "late" && ` ${words.decided.late[deciding.verdict]}`}
      </p>
      <dl className={`${css.facts} ${css.wide}`}>
        {decision && (
          <>
            <dt>{words.decided.reason}</dt>
            <dd>{decision.reason === "" ? words.decided.noReason : <Outside text={words.quote(decision.reason)} />}</dd>
            <dt>{words.decided.at}</dt>
            <dd>
              {clockTime(localTime(state.gateway, decision.atMs))}
              <span className={css.sub}>
                {words.decided.from[decision.presence]}
                <Outside text={decision.device} look="codeSmall" />
              </span>
            </dd>
          </>
        )}
        {outcome && outcome.message !== "" && (
          <>
            <dt>{words.decided.outcome}</dt>
            <dd>
              <Outside text={words.quote(outcome.message)} />
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}

/** Everybody whose approval it took, or who denied it. */
function decidersOf({ decision, steps }: ApprovalView): readonly PrincipalView[] {
  const approvals = steps.flatMap((step) => step.approvals.map(({ by }) => by));
  if (decision?.verdict === "approve" && approvals.length > 0) return approvals;
  return decision === null ? [] : [decision.by];
}

interface DecidedBarProps {
  readonly approval: ApprovalView;
  readonly state: ConsoleState;
}

/** In the decision bar's place, once there is nothing left to decide, or nothing for this person: it says why. */
export function DecidedBar({ approval, state }: DecidedBarProps) {
  const { selection } = useModel();
  const barred = barredBy(approval);
  return (
    <footer id="decision" className={bar.decide} tabIndex={-1}>
      {barred !== null && (
        <div className={bar.above}>
          <Meter approval={approval} />
          <span className={bar.grow}>
            <QuorumLine approval={approval} />
          </span>
        </div>
      )}
      <div className={bar.does}>
        <span className={bar.grow}>{barred === null ? words.decide.nothingLeft : words.decide.not[barred]}</span>
        {waitingFor(state).length > 0 && (
          <Button id="next-request" size="large" keys="J" onClick={() => selection.move(state, 1)}>
            {words.inbox.next}
            <kbd aria-hidden="true">J</kbd>
          </Button>
        )}
      </div>
    </footer>
  );
}
