import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import type { PrincipalView } from "../../shared/principal.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import text from "../parts/text.module.css";
import { waitingFor } from "../selection.ts";
import { clockTime, localTime } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import bar from "./DecisionBar.module.css";
import css from "./RequestDetail.module.css";

interface DecidedProps {
  readonly approval: ApprovalView;
  readonly state: ConsoleState;
  readonly account: PrincipalView | null;
}

/** What became of a request: who ended it, whether anything was run, why, and what follows. */
export function Decided({ approval, state, account }: DecidedProps) {
  const { decision, outcome, reuseUntilMs } = approval;
  const by = decision?.by;
  const who = by && by.id === account?.id ? words.decided.you : spoken(by?.name ?? words.decided.approver);
  const until = reuseUntilMs === null ? null : clockTime(localTime(state.gateway, reuseUntilMs));
  return (
    <div className={css.lead} role="status">
      <p>
        <b className={text.strong}>{words.decided.lead[approval.state](who)}</b>{" "}
        {words.decided.rest[approval.state](until)}
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

/** In the decision bar's place, once there is nothing left to decide. */
export function DecidedBar({ state }: { readonly state: ConsoleState }) {
  const { selection } = useModel();
  return (
    <footer className={bar.decide}>
      <div className={bar.does}>
        <span className={bar.grow}>{words.decide.nothingLeft}</span>
        {waitingFor(state).length > 0 && (
          <Button size="large" keys="J" onClick={() => selection.move(state, 1)}>
            {words.inbox.next}
            <kbd aria-hidden="true">J</kbd>
          </Button>
        )}
      </div>
    </footer>
  );
}
