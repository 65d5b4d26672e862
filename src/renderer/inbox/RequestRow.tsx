import { memo, useEffect, useRef } from "react";
import type { ApprovalView } from "../../shared/approval.ts";
import { quorum } from "../../shared/approval-steps.ts";
import type { ConsoleState } from "../../shared/console.ts";
import type { PrincipalView } from "../../shared/principal.ts";
import type { Deciding } from "../deciding.ts";
import { isPutToRest } from "../frame/kept-focus.ts";
import { useModel } from "../model.ts";
import { classes } from "../parts/class-names.ts";
import { Icon } from "../parts/Icon.tsx";
import { OutsideLine } from "../parts/Outside.tsx";
import { RiskMark } from "../parts/RiskMark.tsx";
import text from "../parts/text.module.css";
import { useStore } from "../store.ts";
import { gatewayTime, timeLeft } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import { Pips } from "./Quorum.tsx";
import css from "./RequestRow.module.css";

interface RequestRowProps {
  readonly approval: ApprovalView;
  readonly gateway: ConsoleState["gateway"];
  /** Its place in the list, from 0, of so many. */
  readonly place: number;
  readonly size: number;
  readonly topPx: number;
  readonly isSelected: boolean;
  readonly isStop: boolean;
  /** How many may be approved with it by one press, itself among them; 0: none. */
  readonly equal: number;
}

/** One request of the list: time left, what, where, how risky, and by whom. */
export const RequestRow = memo(function RequestRow(props: RequestRowProps) {
  const { approval, gateway, place, size, topPx, isSelected, isStop, equal } = props;
  const { selection } = useModel();
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!isSelected || !row.current) return;
    row.current.scrollIntoView({ block: "nearest" });
    // The focus follows the selection only where the list has it already.
    if (row.current.parentElement?.contains(document.activeElement)) row.current.focus();
  }, [isSelected]);
  const { tool, connection, requester, risk } = approval;
  const side = equal > 0 ? words.inbox.equal(equal) : sideOf(approval);
  return (
    <li
      ref={row}
      role="option"
      aria-selected={isSelected}
      aria-setsize={size}
      aria-posinset={place + 1}
      tabIndex={isStop ? 0 : -1}
      className={classes(css.request, css.placed, approval.state !== "pending" && css.ended)}
      style={{ top: topPx }}
      onClick={() => selection.open(approval.id)}
      onFocus={() => isPutToRest() || selection.choose(approval.id)}
      onKeyDown={({ key }) => key === "Enter" && selection.choose(approval.id)}
    >
      <Spoken approval={approval} gateway={gateway} side={side} />
      {approval.state === "pending" && <TimeLeft expiresAtMs={approval.expiresAtMs} gateway={gateway} />}
      <div className={css.what} aria-hidden="true">
        <OutsideLine text={tool} look="name" />
        <span className={css.on}>
          <OutsideLine text={connection} />
        </span>
        <span className={css.risk}>
          <RiskMark risk={risk} />
        </span>
      </div>
      <div className={css.by} aria-hidden="true">
        <OutsideLine text={byline(requester)} />
        {side !== null && (
          <span className={css.side}>
            {equal > 0 && <Icon name="stack" size={12} />}
            {side}
          </span>
        )}
        <Denying id={approval.id} />
        <Pips approval={approval} />
      </div>
    </li>
  );
});

interface SpokenProps {
  readonly approval: ApprovalView;
  readonly gateway: ConsoleState["gateway"];
  /** What stands beside it. */
  readonly side: string | null;
}

/** The row's name, as a sentence: what is drawn beside it is for the eye. Its time changes by the minute, since a focused row is read again when its name changes. */
function Spoken({ approval, gateway, side }: SpokenProps) {
  const { decisions, clock } = useModel();
  const { id, tool, connection, risk, requester, state, expiresAtMs } = approval;
  const minutes = Math.ceil((expiresAtMs - gatewayTime(gateway, useStore(clock))) / 60_000);
  const { have, need } = quorum(approval);
  const deciding = useStore(decisions.all).get(id);
  const said = [
    words.inbox.option(spoken(tool), spoken(connection), words.risk[risk], spokenName(requester)),
    state === "pending" ? words.inbox.minutesLeft(minutes) : null,
    need === 1 ? null : words.quorum.meter(have, need),
    deciding === undefined ? null : (sides[deciding.step] ?? null),
    side,
  ];
  return <span className={text.sr}>{said.filter((each) => each !== null).join(", ")}</span>;
}

function TimeLeft({ expiresAtMs, gateway }: Pick<ApprovalView, "expiresAtMs"> & Pick<SpokenProps, "gateway">) {
  const leftMs = expiresAtMs - gatewayTime(gateway, useStore(useModel().clock));
  return (
    <time className={classes(css.time, leftMs < soonMs && css.soon)} aria-hidden="true">
      {timeLeft(leftMs)}
    </time>
  );
}

function Denying({ id }: { readonly id: string }) {
  const { decisions } = useModel();
  const deciding = useStore(decisions.all).get(id);
  const said = deciding && sides[deciding.step];
  return said !== undefined && <span className={css.side}>{said}</span>;
}

/** Why there is nothing, or no more, to approve here. */
function sideOf({ state, standing }: ApprovalView): string | null {
  return state === "pending" ? words.inbox.standing[standing] : words.inbox.ended[state];
}

function spokenName({ name, kind }: PrincipalView): string {
  return kind === "service" ? `${spoken(name)} (${words.request.kinds.service})` : spoken(name);
}

/** Name and groups, a service being named as one. */
function byline({ name, kind, groups }: PrincipalView): string {
  const about = kind === "service" ? [words.request.kinds.service, ...groups] : groups;
  return about.length === 0 ? name : `${name} (${about.join(", ")})`;
}

const sides: Partial<Record<Deciding["step"], string>> = {
  denying: words.decide.denyingShort,
  held: words.decide.held.short,
  sending: words.decide.sendingShort,
};
const soonMs = 120_000;
