import { useEffect, useRef } from "react";
import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import type { PrincipalView } from "../../shared/principal.ts";
import { useModel } from "../model.ts";
import { classes } from "../parts/class-names.ts";
import { OutsideLine } from "../parts/Outside.tsx";
import { RiskMark } from "../parts/RiskMark.tsx";
import { useStore } from "../store.ts";
import { clockTime, gatewayTime, localTime, timeLeft } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import { Pips } from "./Quorum.tsx";
import css from "./RequestRow.module.css";

interface RequestRowProps {
  readonly approval: ApprovalView;
  readonly gateway: ConsoleState["gateway"];
  readonly isSelected: boolean;
  readonly isStop: boolean;
}

/** One request of the list: time left, what, where, how risky, and by whom. */
export function RequestRow({ approval, gateway, isSelected, isStop }: RequestRowProps) {
  const { selection } = useModel();
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!isSelected || !row.current) return;
    row.current.scrollIntoView({ block: "nearest" });
    // The focus follows the selection only where the list has it already.
    if (row.current.parentElement?.contains(document.activeElement)) row.current.focus();
  }, [isSelected]);
  const { tool, connection, requester, risk } = approval;
  return (
    <li
      ref={row}
      role="option"
      aria-selected={isSelected}
      aria-label={words.inbox.option(spoken(tool), spoken(connection), words.risk[risk], spoken(requester.name))}
      aria-description={words.inbox.optionUntil(clockTime(localTime(gateway, approval.expiresAtMs)))}
      tabIndex={isStop ? 0 : -1}
      className={css.request}
      onClick={() => selection.open(approval.id)}
      onFocus={() => selection.choose(approval.id)}
    >
      <TimeLeft expiresAtMs={approval.expiresAtMs} gateway={gateway} />
      <div className={css.what}>
        <OutsideLine text={tool} look="name" />
        <span className={css.on}>
          <OutsideLine text={connection} />
        </span>
        <span className={css.risk}>
          <RiskMark risk={risk} />
        </span>
      </div>
      <div className={css.by}>
        <OutsideLine text={byline(requester)} />
        <Denying id={approval.id} />
        <Pips approval={approval} />
      </div>
    </li>
  );
}

function TimeLeft({
  expiresAtMs,
  gateway,
}: {
  readonly expiresAtMs: number;
  readonly gateway: ConsoleState["gateway"];
}) {
  const leftMs = expiresAtMs - gatewayTime(gateway, useStore(useModel().clock));
  return <time className={classes(css.time, leftMs < soonMs && css.soon)}>{timeLeft(leftMs)}</time>;
}

function Denying({ id }: { readonly id: string }) {
  const { decisions } = useModel();
  const deciding = useStore(decisions.all).get(id);
  return deciding?.step === "denying" && <span className={css.side}>{words.decide.denyingShort}</span>;
}

/** Name and groups, a service being named as one. */
function byline({ name, kind, groups }: PrincipalView): string {
  const about = kind === "service" ? [words.request.kinds.service, ...groups] : groups;
  return about.length === 0 ? name : `${name} (${about.join(", ")})`;
}

const soonMs = 120_000;
