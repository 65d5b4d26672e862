import { useMemo } from "react";
import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { Outside } from "../parts/Outside.tsx";
import { useStore } from "../store.ts";
import { clockTime, gatewayTime } from "../times.ts";
import { words } from "../words.ts";
import { Answer } from "./Answer.tsx";
import { Before, BeforeFailed, BeforeUnread } from "./Before.tsx";
import { Changes } from "./Changes.tsx";
import { Decided, DecidedBar } from "./Decided.tsx";
import { DecisionBar } from "./DecisionBar.tsx";
import { differencesOf, isComparable } from "./differences.ts";
import { Facts } from "./Facts.tsx";
import { barredBy, hindrance } from "./hindrance.ts";
import { useKnownContext } from "./known-context.ts";
import { lookersOf } from "./looking.ts";
import panes from "./panes.module.css";
import { Payload } from "./Payload.tsx";
import css from "./RequestDetail.module.css";
import { RequestHead } from "./RequestHead.tsx";

interface RequestDetailProps {
  readonly approval: ApprovalView;
  readonly state: ConsoleState;
  readonly isLinked: boolean;
  readonly lastAtMs: number;
}

/** One request: who, what and why above the payload, and the decision below, which never scrolls away. */
export function RequestDetail({ approval, state, isLinked, lastAtMs }: RequestDetailProps) {
  const nowMs = useStore(useModel().clock);
  const isPending = approval.state === "pending";
  const hinders = hindrance(approval, state, isLinked, nowMs);
  const seenAtMs = isLinked ? state.gateway.sinceMs : lastAtMs;
  const isOld = hinders === "lost" || hinders === "offline";
  const account = state.session.state === "signed-in" ? state.session.account : null;
  const known = useKnownContext(approval, state, isLinked);
  const context = known.at === "read" ? known.context : null;
  const last = context?.lastApproved ?? null;
  const before = last?.payload.value ?? null;
  const differences = useMemo(
    () => (before === null || !isComparable(approval.payload) ? null : differencesOf(before, approval.payload)),
    [before, approval.payload],
  );
  return (
    <article
      className={panes.detail}
      aria-labelledby="request-title"
      data-rest="#next-request, #decision, #request-title"
    >
      <RequestHead
        approval={approval}
        gateway={state.gateway}
        lookers={isLinked ? lookersOf(approval, state) : []}
        isOld={isOld}
      />
      <div className={css.body}>
        <div className={css.read}>
          {isPending && isOld && <p className={css.seen}>{words.offline.seen(clockTime(seenAtMs))}</p>}
          {!isPending && <Decided approval={approval} state={state} account={account} />}
          <WhyHeld rule={approval.rule} />
          {context !== null && (
            <Before context={context} differences={differences} nowMs={gatewayTime(state.gateway, nowMs)} />
          )}
          {known.at === "reading" && <BeforeUnread />}
          {known.at === "failed" && <BeforeFailed />}
          {context !== null && approval.outcome !== null && <Answer answer={context.answer} />}
          <Payload payload={approval.payload} />
          {last !== null && <Changes last={last} differences={differences} />}
        </div>
        <Facts approval={approval} connections={state.connections} />
      </div>
      {isPending && barredBy(approval) === null ? (
        <DecisionBar approval={approval} hinders={hinders} />
      ) : (
        <DecidedBar approval={approval} state={state} />
      )}
    </article>
  );
}

function WhyHeld({ rule }: { readonly rule: ApprovalView["rule"] }) {
  return (
    <dl className={`${css.facts} ${css.wide}`}>
      <dt>{words.request.why}</dt>
      <dd>
        “<Outside text={rule.why} />”
        <span className={css.sub}>
          {words.request.rule}
          <Outside text={rule.name} />
          {words.request.version}
          <Outside text={rule.version} />
        </span>
      </dd>
    </dl>
  );
}
