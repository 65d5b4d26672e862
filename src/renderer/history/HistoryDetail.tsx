import { Fragment } from "react";
import type { ApprovalView, StepView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import type { HistoryDetail as Detail } from "../../shared/history.ts";
import { leadOf } from "../inbox/ended-lead.ts";
import { KnownAnswer } from "../inbox/KnownAnswer.tsx";
import { Payload } from "../inbox/Payload.tsx";
import facts from "../inbox/RequestDetail.module.css";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Outside } from "../parts/Outside.tsx";
import { RiskMark } from "../parts/RiskMark.tsx";
import { clockSeconds, clockTime, localTime, momentSeconds } from "../times.ts";
import { useStore } from "../store.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import { lasted } from "../words/history.ts";
import { wording } from "../wording.ts";
import css from "./History.module.css";
import type { HistoryEntry, Past } from "./past.ts";
import { Verdict } from "./HistoryRow.tsx";
import { LedgerChain } from "./LedgerChain.tsx";

type Gateway = ConsoleState["gateway"];

interface HistoryDetailProps {
  readonly past: Past;
  readonly state: ConsoleState;
  readonly isLinked: boolean;
}

/** The chosen line whole: the reason, what the requester saw, the payload as it was shown, who decided how, what the call was answered, and where the ledger has it. */
export function HistoryDetail({ past, state, isLinked }: HistoryDetailProps) {
  const { history } = useModel();
  const { gateway } = state;
  const { chosen, detail, lines, filter } = past;
  const line = lines.find(({ id }) => id === chosen?.id);
  const got = detail !== null && detail.id === chosen?.id ? detail.got : null;
  return (
    <aside className={css.side} aria-label={words.history.selected[filter.kind]}>
      <div className={css.back}>
        <Button look="quiet" size="small" onClick={history.back}>
          <Icon name="back" />
          {words.history.back}
        </Button>
      </div>
      {line === undefined ? (
        <p className={css.note}>{words.history.choose}</p>
      ) : (
        <>
          <Head line={line} gateway={gateway} />
          {got !== null && "code" in got && (
            <p className={css.note} role="alert">
              {wording(got.code)}
            </p>
          )}
          {got !== null && "approval" in got && <Whole line={line} detail={got} state={state} isLinked={isLinked} />}
        </>
      )}
    </aside>
  );
}

function Head({ line, gateway }: { readonly line: HistoryEntry; readonly gateway: Gateway }) {
  const { tool, connection, kind, requester, atMs, tookMs, risk } = line;
  const when = momentSeconds(localTime(gateway, atMs), useStore(useModel().clock));
  return (
    <>
      <div className={css.marks}>
        <Verdict line={line} />
        <RiskMark risk={risk} />
      </div>
      <h2 className={css.title}>
        <Outside text={tool} look="title" foldAt={80} />
        {words.request.on}
        <Outside text={connection} look="title" foldAt={80} />
      </h2>
      <p className={css.sub}>
        {kind === "request" ? (
          words.history.askedYou
        ) : (
          <>
            {words.history.asked}
            <Outside text={requester.name} foldAt={60} />
          </>
        )}
        {kind === "decision" && words.history.decidedYou}
        {words.history.at(when)}
        {tookMs !== null && words.history.after[kind](lasted(tookMs))}.
      </p>
    </>
  );
}

interface WholeProps {
  readonly line: HistoryEntry;
  readonly detail: Detail;
  readonly state: ConsoleState;
  readonly isLinked: boolean;
}

function Whole({ line, detail, state, isLinked }: WholeProps) {
  const { approval } = detail;
  const { gateway } = state;
  const isOwn = line.kind === "request";
  return (
    <>
      {(line.verdict !== null || !isOwn) && (
        <section>
          <h3>{words.history.reason}</h3>
          <p>{line.reason === "" ? words.history.noReason : <Outside text={words.quote(line.reason)} />}</p>
        </section>
      )}
      <section>
        <h3>{isOwn ? words.history.sawYou : words.history.saw(spoken(approval.requester.name, 40))}</h3>
        <p className={css.sub}>
          <Saw approval={approval} gateway={gateway} />
        </p>
      </section>
      <section>
        <h3>{words.history.decisions}</h3>
        <Decisions approval={approval} gateway={gateway} />
      </section>
      {approval.outcome !== null && <KnownAnswer approval={approval} state={state} isLinked={isLinked} />}
      <LedgerChain detail={detail} gateway={gateway} />
      <Payload payload={approval.payload} />
    </>
  );
}

function Saw({ approval, gateway }: { readonly approval: ApprovalView; readonly gateway: Gateway }) {
  const { state, decision, reuseUntilMs, outcome } = approval;
  const until = reuseUntilMs === null ? null : clockTime(localTime(gateway, reuseUntilMs));
  return (
    <>
      {leadOf(approval, spoken(decision?.by.name ?? ""))} {words.decided.rest[state](until)}
      {state === "denied" && decision !== null && decision.reason !== "" && (
        <>
          {` ${words.history.reason}: `}
          <Outside text={decision.reason} />
        </>
      )}
      {outcome !== null && outcome.message !== "" && (
        <>
          {` ${words.decided.outcome}: `}
          <Outside text={words.quote(outcome.message)} />
        </>
      )}
    </>
  );
}

function Decisions({ approval, gateway }: { readonly approval: ApprovalView; readonly gateway: Gateway }) {
  const all = decisionsOf(approval);
  const names = words.history.facts;
  return (
    <dl className={facts.facts}>
      {all.length === 0 && <dd className={css.whole}>{words.history.noDecision}</dd>}
      {all.map(({ by, atMs, device, presence, verdict }) => (
        <Fragment key={`${by.id} ${atMs}`}>
          <dt>{words.history.verdictOf[verdict]}</dt>
          <dd>
            <Outside text={by.name} foldAt={60} />
            {words.history.at(clockSeconds(localTime(gateway, atMs)))}
          </dd>
          <dt>{names.presence}</dt>
          <dd>{words.history.presence[presence]}</dd>
          <dt>{names.device}</dt>
          <dd>
            <Outside text={device} look="codeSmall" />
          </dd>
        </Fragment>
      ))}
      <dt>{names.rule}</dt>
      <dd>
        <Outside text={approval.rule.name} />
      </dd>
      <dt>{names.version}</dt>
      <dd>
        <Outside text={approval.rule.version} look="codeSmall" />
      </dd>
    </dl>
  );
}

/** Everybody's, in the order in which they came; a denial is the last. */
function decisionsOf({ steps, decision }: ApprovalView): StepView["approvals"] {
  const approvals = steps.flatMap((step) => step.approvals);
  return decision?.verdict === "deny" ? [...approvals, decision] : approvals;
}
