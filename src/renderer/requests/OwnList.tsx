import type { KeyboardEvent } from "react";
import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import panes from "../inbox/panes.module.css";
import list from "../inbox/RequestList.module.css";
import row from "../inbox/RequestRow.module.css";
import { Pips } from "../inbox/Quorum.tsx";
import { isPutToRest } from "../frame/kept-focus.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { OutsideLine } from "../parts/Outside.tsx";
import { RiskMark } from "../parts/RiskMark.tsx";
import text from "../parts/text.module.css";
import { useStore } from "../store.ts";
import { clockTime, dayTime, gatewayTime, localTime, timeLeft } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";

interface OwnListProps {
  readonly own: readonly ApprovalView[];
  readonly chosen: string;
  readonly gateway: ConsoleState["gateway"];
}

/** One's own requests, the newest first: what waits, and how the others ended. */
export function OwnList({ own, chosen, gateway }: OwnListProps) {
  const { page } = useModel();
  const waiting = own.filter(({ state }) => state === "pending").length;
  return (
    <section className={panes.list} aria-label={words.requests.list}>
      <div className={list.head}>
        <div className={list.note}>
          <span>{words.requests.note(waiting)}</span>
        </div>
      </div>
      <div className={list.requests}>
        <ul role="listbox" aria-label={words.requests.listbox} onKeyDown={walk} data-rest="[role=option][tabindex='0']">
          {own.map((approval) => (
            <Row key={approval.id} approval={approval} gateway={gateway} isSelected={approval.id === chosen} />
          ))}
        </ul>
      </div>
      <div className={list.foot}>
        <Button look="link" size="small" onClick={() => page.set("history")}>
          {words.requests.older}
        </Button>
      </div>
    </section>
  );
}

interface RowProps {
  readonly approval: ApprovalView;
  readonly gateway: ConsoleState["gateway"];
  readonly isSelected: boolean;
}

function Row({ approval, gateway, isSelected }: RowProps) {
  const { own } = useModel();
  const { id, tool, connection, risk, state, expiresAtMs } = approval;
  const isPending = state === "pending";
  const until = words.requests.optionUntil(clockTime(localTime(gateway, expiresAtMs)));
  const short = words.decided.short[state];
  return (
    <li
      role="option"
      aria-selected={isSelected}
      tabIndex={isSelected ? 0 : -1}
      className={row.request}
      onClick={() => own.set({ id, isOpen: true })}
      onFocus={() => isPutToRest() || own.set({ id, isOpen: own.get().isOpen })}
    >
      <span className={text.sr}>
        {words.requests.option(spoken(tool), spoken(connection), words.risk[risk], short)}
        {isPending && `, ${until}`}
      </span>
      <Time approval={approval} gateway={gateway} />
      <div className={row.what} aria-hidden="true">
        <OutsideLine text={tool} look="name" />
        <span className={row.on}>
          <OutsideLine text={connection} />
        </span>
        <span className={row.risk}>
          <RiskMark risk={risk} />
        </span>
      </div>
      <div className={row.by} aria-hidden="true">
        <span>{short}</span>
        {isPending && <Pips approval={approval} />}
      </div>
    </li>
  );
}

/** What is left of a request that waits; otherwise when it was held. */
function Time({ approval, gateway }: Pick<RowProps, "approval" | "gateway">) {
  const nowMs = useStore(useModel().clock);
  const shown =
    approval.state === "pending"
      ? timeLeft(approval.expiresAtMs - gatewayTime(gateway, nowMs))
      : dayTime(localTime(gateway, approval.createdAtMs), nowMs);
  return (
    <time className={row.time} aria-hidden="true">
      {shown}
    </time>
  );
}

/** Arrows, Home and End move; the row that gets the focus is the chosen one. Enter shows it where the window is narrow. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=option]")];
  const at = rows.findIndex((each) => each === document.activeElement);
  const to = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (event.key === "Enter") rows[at]?.click();
  else if (to === undefined || at < 0) return;
  else rows[to]?.focus();
  event.preventDefault();
}
