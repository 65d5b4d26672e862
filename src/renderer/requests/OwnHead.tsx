import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { Claims } from "../inbox/Claims.tsx";
import { Lookers } from "../inbox/Lookers.tsx";
import css from "../inbox/RequestDetail.module.css";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Outside } from "../parts/Outside.tsx";
import { RiskMark } from "../parts/RiskMark.tsx";
import { Status } from "../parts/Status.tsx";
import { useStore } from "../store.ts";
import { ago, gatewayTime, timeLeft } from "../times.ts";
import { words } from "../words.ts";

interface OwnHeadProps {
  readonly approval: ApprovalView;
  readonly gateway: ConsoleState["gateway"];
  /** Who has it open, by name. */
  readonly lookers: readonly string[];
  /** Whether what is shown was true only when the gateway last spoke. */
  readonly isOld: boolean;
}

/** One's own request as a sentence, with the time that is left. */
export function OwnHead({ approval, gateway, lookers, isOld }: OwnHeadProps) {
  const { own, clock } = useModel();
  const nowMs = gatewayTime(gateway, useStore(clock));
  const { state, risk, createdAtMs, expiresAtMs, tool, connection, requester } = approval;
  return (
    <header className={css.head}>
      <div className={css.back}>
        <Button look="quiet" size="small" onClick={() => own.set({ id: approval.id, isOpen: false })}>
          <Icon name="back" />
          {words.requests.back}
        </Button>
      </div>
      <div className={css.top}>
        <span className={css.group}>
          <RiskMark risk={risk} />
          <span className={css.left}>{words.request.held(ago(nowMs - createdAtMs))}</span>
        </span>
        <span className={css.left}>
          {state === "pending" ? (
            <Left leftMs={expiresAtMs - nowMs} isOld={isOld} />
          ) : (
            <Status tone="none" icon="clock">
              {words.decided.short[state]}
            </Status>
          )}
        </span>
      </div>
      <h1 id="own-title" tabIndex={-1}>
        <Outside text={tool} look="title" foldAt={80} />
        {words.request.on}
        <Outside text={connection} look="title" foldAt={80} />
        {words.requests.is[state]}
      </h1>
      {requester.kind === "service" && (
        <p className={css.sub}>
          {words.requests.ofService}
          <Outside text={requester.name} foldAt={60} />
        </p>
      )}
      <Claims description={approval.description} annotations={approval.annotations} />
      <Lookers by={lookers} />
    </header>
  );
}

function Left({ leftMs, isOld }: { readonly leftMs: number; readonly isOld: boolean }) {
  if (leftMs <= 0) return words.request.timeUp;
  return (
    <>
      {isOld && words.request.about}
      <b>{timeLeft(leftMs)}</b>
      {!isOld && words.request.left}
    </>
  );
}
