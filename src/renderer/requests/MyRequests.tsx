import type { ApprovalView } from "../../shared/approval.ts";
import { openStep, quorum } from "../../shared/approval-steps.ts";
import type { ConsoleState } from "../../shared/console.ts";
import page from "../connections/page.module.css";
import { leadOf } from "../inbox/ended-lead.ts";
import panes from "../inbox/panes.module.css";
import { useModel } from "../model.ts";
import { Blank } from "../parts/Blank.tsx";
import { Outside } from "../parts/Outside.tsx";
import { RiskMark } from "../parts/RiskMark.tsx";
import { OwnNumber } from "./OwnNumber.tsx";
import { ownRequests } from "../selection.ts";
import { useStore } from "../store.ts";
import { clockTime, gatewayTime, localTime, moment, timeLeft } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";

const { columns } = words.requests;

/** One's own held calls: nobody decides on their own, so this page only tells. */
export function MyRequests({ state }: { readonly state: ConsoleState }) {
  const own = ownRequests(state);
  if (own.length === 0) {
    return (
      <main className={panes.alone}>
        <Blank title={words.requests.emptyTitle}>
          <p>{words.requests.empty}</p>
        </Blank>
      </main>
    );
  }
  return (
    <main className={page.page}>
      <div className={page.head}>
        <h1>{words.requests.title}</h1>
        <span className={page.three}>{words.requests.note}</span>
      </div>
      <div className={page.scroll}>
        <table className={page.table} aria-label={words.requests.title}>
          <thead>
            <tr>
              <th className={page.nameColumn}>{columns.call}</th>
              <th>{columns.connection}</th>
              <th className={page.loose}>{columns.risk}</th>
              <th>{columns.state}</th>
              <th className={page.loose}>{columns.held}</th>
              <th>{columns.outcome}</th>
            </tr>
          </thead>
          <tbody>
            {own.map((approval) => (
              <Row key={approval.id} approval={approval} gateway={state.gateway} />
            ))}
          </tbody>
        </table>
      </div>
    </main>
  );
}

function Row({ approval, gateway }: { readonly approval: ApprovalView; readonly gateway: ConsoleState["gateway"] }) {
  const nowMs = useStore(useModel().clock);
  return (
    <tr>
      <td>
        <Outside text={approval.tool} look="name" />
      </td>
      <td>
        <Outside text={approval.connection} look="code" />
      </td>
      <td className={page.loose}>
        <RiskMark risk={approval.risk} />
      </td>
      <td>{words.decided.short[approval.state]}</td>
      <td className={`${page.two} ${page.loose}`}>{moment(localTime(gateway, approval.createdAtMs), nowMs)}</td>
      <td className={page.two}>
        <OwnNumber approval={approval} />
        <WhatFollows approval={approval} gateway={gateway} nowMs={nowMs} />
      </td>
    </tr>
  );
}

interface WhatFollowsProps {
  readonly approval: ApprovalView;
  readonly gateway: ConsoleState["gateway"];
  readonly nowMs: number;
}

function WhatFollows({ approval, gateway, nowMs }: WhatFollowsProps) {
  const { state, expiresAtMs, steps, decision, reuseUntilMs } = approval;
  if (state === "pending") {
    const groups = steps[openStep(approval) - 1]?.approvers ?? [];
    const waits = words.requests.waits(timeLeft(expiresAtMs - gatewayTime(gateway, nowMs)), spoken(groups.join(", ")));
    const { have, need } = quorum(approval);
    return need === 1 ? waits : words.requests.waitsFor(waits, words.quorum.meter(have, need));
  }
  const until = reuseUntilMs === null ? null : clockTime(localTime(gateway, reuseUntilMs));
  return (
    <>
      {leadOf(approval, spoken(decision?.by.name ?? ""))} {words.decided.rest[state](until)}
      {decision !== null && decision.reason !== "" && (
        <>
          {" "}
          <Outside text={words.quote(decision.reason)} />
        </>
      )}
    </>
  );
}
