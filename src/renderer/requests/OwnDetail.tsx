import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { Decided } from "../inbox/Decided.tsx";
import { KnownAnswer } from "../inbox/KnownAnswer.tsx";
import { lookersOf } from "../inbox/looking.ts";
import panes from "../inbox/panes.module.css";
import { Payload } from "../inbox/Payload.tsx";
import { Meter, QuorumLine } from "../inbox/Quorum.tsx";
import css from "../inbox/RequestDetail.module.css";
import { Outside } from "../parts/Outside.tsx";
import { words } from "../words.ts";
import { OwnHead } from "./OwnHead.tsx";
import own from "./own.module.css";
import { OwnNumber } from "./OwnNumber.tsx";
import { WhoDecides } from "./WhoDecides.tsx";
import { WithdrawBar } from "./WithdrawBar.tsx";

interface OwnDetailProps {
  readonly approval: ApprovalView;
  readonly state: ConsoleState;
  readonly isLinked: boolean;
}

/** One's own request: how it stands, who can decide, what they see of it, and the way to take it back. */
export function OwnDetail({ approval, state, isLinked }: OwnDetailProps) {
  const isPending = approval.state === "pending";
  const account = state.session.state === "signed-in" ? state.session.account : null;
  return (
    <article className={panes.detail} aria-labelledby="own-title" data-rest="#own-title">
      <OwnHead
        approval={approval}
        gateway={state.gateway}
        lookers={isLinked ? lookersOf(approval, state) : []}
        isOld={!isLinked || state.gateway.link === "offline"}
      />
      <div className={css.body}>
        <div className={css.read}>
          {!isPending && <Decided approval={approval} state={state} account={account} />}
          <OwnNumber approval={approval} />
          {isPending && (
            <p className={own.quorum}>
              <Meter approval={approval} />
              <QuorumLine approval={approval} />
            </p>
          )}
          {approval.outcome !== null && <KnownAnswer approval={approval} state={state} isLinked={isLinked} />}
          <dl className={`${css.facts} ${css.wide}`}>
            <dt>{words.requests.nextTitle}</dt>
            <dd>{words.requests.next[approval.state]}</dd>
            <dt>{words.request.why}</dt>
            <dd>
              <Outside text={words.quote(approval.rule.why)} />
              <span className={css.sub}>
                {words.request.rule}
                <Outside text={approval.rule.name} />
                {words.request.version}
                <Outside text={approval.rule.version} />
              </span>
            </dd>
          </dl>
          <h2 className={own.shown}>{words.requests.shown}</h2>
          <p className={css.sub}>{words.requests.shownNote}</p>
          <Payload payload={approval.payload} />
        </div>
        <WhoDecides approval={approval} />
      </div>
      <WithdrawBar approval={approval} isReached={isLinked && state.gateway.link === "online"} />
    </article>
  );
}
