import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Outside } from "../parts/Outside.tsx";
import { RiskMark } from "../parts/RiskMark.tsx";
import { Status } from "../parts/Status.tsx";
import { useStore } from "../store.ts";
import { ago, clockSeconds, gatewayTime, localTime, timeLeft } from "../times.ts";
import { words } from "../words.ts";
import { Claims } from "./Claims.tsx";
import { Lookers } from "./Lookers.tsx";
import css from "./RequestDetail.module.css";

interface RequestHeadProps {
  readonly approval: ApprovalView;
  readonly gateway: ConsoleState["gateway"];
  /** Who else has it open, by name. */
  readonly lookers: readonly string[];
  /** Whether what is shown was true only when the gateway last spoke. */
  readonly isOld: boolean;
}

/** The request as a sentence, the time it has left, and what the server says of its tool. */
export function RequestHead({ approval, gateway, lookers, isOld }: RequestHeadProps) {
  const { selection, clock } = useModel();
  const nowMs = gatewayTime(gateway, useStore(clock));
  const isPending = approval.state === "pending";
  return (
    <header className={css.head}>
      <div className={css.back}>
        <Button look="quiet" size="small" onClick={selection.back}>
          <Icon name="back" />
          {words.inbox.back}
        </Button>
      </div>
      <div className={css.top}>
        <span className={css.group}>
          <RiskMark risk={approval.risk} />
          <span className={css.left}>{words.request.held(ago(nowMs - approval.createdAtMs))}</span>
        </span>
        {isPending ? (
          <Left leftMs={approval.expiresAtMs - nowMs} isOld={isOld} />
        ) : (
          <EndedAt approval={approval} gateway={gateway} />
        )}
      </div>
      <h1 id="request-title" tabIndex={-1}>
        <Outside text={approval.requester.name} foldAt={60} />
        {isPending ? words.request.wants : words.request.wanted}
        <Outside text={approval.tool} look="title" foldAt={80} />
        {words.request.on}
        <Outside text={approval.connection} look="title" foldAt={80} />
      </h1>
      <Claims description={approval.description} annotations={approval.annotations} />
      <Lookers by={lookers} />
      {isPending && <Burn approval={approval} nowMs={nowMs} />}
    </header>
  );
}

function Left({ leftMs, isOld }: { readonly leftMs: number; readonly isOld: boolean }) {
  if (leftMs <= 0) return <span className={css.left}>{words.request.timeUp}</span>;
  return (
    <span className={css.left}>
      {isOld && words.request.about}
      <b>{timeLeft(leftMs)}</b>
      {!isOld && words.request.left}
    </span>
  );
}

function EndedAt({
  approval,
  gateway,
}: {
  readonly approval: ApprovalView;
  readonly gateway: ConsoleState["gateway"];
}) {
  const atMs =
    approval.outcome?.atMs ?? approval.decision?.atMs ?? (approval.state === "expired" ? approval.expiresAtMs : null);
  return (
    <span className={css.left}>
      <Status tone="none" icon="clock">
        {words.decided.short[approval.state]}
        {atMs !== null && ` ${clockSeconds(localTime(gateway, atMs))}`}
      </Status>
    </span>
  );
}

/** The time line: it shortens as the time runs out. */
function Burn({ approval, nowMs }: { readonly approval: ApprovalView; readonly nowMs: number }) {
  const wholeMs = approval.expiresAtMs - approval.createdAtMs;
  const share = wholeMs > 0 ? (approval.expiresAtMs - nowMs) / wholeMs : 0;
  return <div className={css.burn} style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }} />;
}
