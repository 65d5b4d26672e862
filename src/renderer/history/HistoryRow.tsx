import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import type { IconName } from "../parts/Icon.tsx";
import { OutsideLine } from "../parts/Outside.tsx";
import { RiskMark } from "../parts/RiskMark.tsx";
import { Status } from "../parts/Status.tsx";
import { useStore } from "../store.ts";
import { dayTime, localTime } from "../times.ts";
import { words } from "../words.ts";
import css from "./History.module.css";
import type { HistoryEntry } from "./past.ts";

interface HistoryRowProps {
  readonly line: HistoryEntry;
  readonly gateway: ConsoleState["gateway"];
  /** Its place in the whole list, from 0. */
  readonly place: number;
  readonly isChosen: boolean;
  readonly isStop: boolean;
}

/** One line: when, what was decided, on which call, how risky, with whom, what became of it, and its entry in the ledger. */
export function HistoryRow({ line, gateway, place, isChosen, isStop }: HistoryRowProps) {
  const { history } = useModel();
  const { id, atMs, tool, connection, risk, entry } = line;
  return (
    <tr
      data-line=""
      aria-rowindex={place + 2}
      aria-selected={isChosen}
      tabIndex={isStop ? 0 : -1}
      onClick={() => history.choose(id, true)}
      onFocus={() => history.choose(id, history.past.get().chosen?.isOpen ?? false)}
    >
      <td className={css.two}>
        <Time atMs={localTime(gateway, atMs)} />
      </td>
      <td>
        <Verdict line={line} />
      </td>
      <td>
        <span className={css.call}>
          <OutsideLine text={tool} look="name" />
          <span className={css.on}>
            <OutsideLine text={connection} />
          </span>
        </span>
      </td>
      <td className={css.risk}>
        <RiskMark risk={risk} />
      </td>
      <td className={`${css.two} ${css.person}`}>
        <OutsideLine text={personOf(line)} />
      </td>
      <td className={css.outcome}>
        <Outcome state={line.state} />
      </td>
      <td className={`${css.two} ${css.entry}`}>
        {entry === null ? words.history.noEntry : words.history.entry(entry)}
      </td>
    </tr>
  );
}

function Time({ atMs }: { readonly atMs: number }) {
  return <time dateTime={new Date(atMs).toISOString()}>{dayTime(atMs, useStore(useModel().clock))}</time>;
}

/** The other side of it: who asked, or who decided. */
function personOf({ kind, requester, deciders }: HistoryEntry): string {
  if (kind === "request") return deciders.length === 0 ? words.history.undecided : deciders.join(", ");
  return requester.kind === "service" ? `${requester.name} (${words.request.kinds.service})` : requester.name;
}

/** What was decided, as a shape and a word; where nobody did, how it stands. */
export function Verdict({ line: { verdict, state } }: { readonly line: Pick<HistoryEntry, "verdict" | "state"> }) {
  if (verdict === "approve")
    return (
      <Status tone="ok" icon="check">
        <span className={css.strong}>{words.history.verdictOf.approve}</span>
      </Status>
    );
  if (verdict === "deny")
    return (
      <Status tone="plain" icon="cross">
        <span className={css.strong}>{words.history.verdictOf.deny}</span>
      </Status>
    );
  return (
    <Status tone="none" icon="clock">
      {words.decided.short[state]}
    </Status>
  );
}

const loud: Partial<Record<HistoryEntry["state"], { readonly tone: "bad" | "warn"; readonly icon: IconName }>> = {
  failed: { tone: "bad", icon: "cross" },
  unknown: { tone: "warn", icon: "note" },
};

function Outcome({ state }: { readonly state: HistoryEntry["state"] }) {
  const look = loud[state];
  if (look === undefined) return <span className={css.two}>{words.history.outcome[state]}</span>;
  return (
    <Status tone={look.tone} icon={look.icon}>
      {words.history.outcome[state]}
    </Status>
  );
}
