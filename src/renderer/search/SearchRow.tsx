import { risk as risks } from "../../shared/approval.ts";
import type { AuditLine, AuditPage } from "../../shared/audit-search.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { isPutToRest } from "../frame/kept-focus.ts";
import past from "../history/History.module.css";
import { useModel } from "../model.ts";
import { OutsideLine } from "../parts/Outside.tsx";
import { RiskMark } from "../parts/RiskMark.tsx";
import { Status } from "../parts/Status.tsx";
import { useStore } from "../store.ts";
import { clockSeconds, dayName, localTime, moment } from "../times.ts";
import { words } from "../words.ts";
import { kindWord } from "./kind-word.ts";
import { whoIn } from "./sought.ts";

interface SearchRowProps {
  readonly line: AuditLine;
  readonly names: AuditPage["names"];
  readonly gateway: ConsoleState["gateway"];
  /** Its place in the whole list, from 0. */
  readonly place: number;
  readonly isChosen: boolean;
  readonly isStop: boolean;
}

/** One entry: when, what, of which call, whose, how risky, how it ended, and its number. */
export function SearchRow({ line, names, gateway, place, isChosen, isStop }: SearchRowProps) {
  const { search, clock } = useModel();
  const { entry, atMs, kind, facts } = line;
  const localMs = localTime(gateway, atMs);
  const nowMs = useStore(clock);
  const who = whoIn(line, names);
  const risk = risks.safeParse(facts.risk);
  return (
    <tr
      data-line=""
      aria-rowindex={place + 2}
      aria-selected={isChosen}
      tabIndex={isStop ? 0 : -1}
      onClick={() => search.choose(entry, true)}
      onFocus={() => {
        if (!isPutToRest()) search.choose(entry, search.sought.get().chosen?.isOpen ?? false);
      }}
    >
      <td className={past.two}>
        <time dateTime={new Date(localMs).toISOString()}>
          {dayName(localMs) === dayName(nowMs) ? clockSeconds(localMs) : moment(localMs, nowMs)}
        </time>
      </td>
      <td>
        <OutsideLine text={kindWord(kind)} />
      </td>
      <td>
        <Called facts={facts} />
      </td>
      <td className={`${past.two} ${past.person}`}>
        {who === null ? words.search.nobody : <OutsideLine text={who} />}
        {facts.principalKind === "service" && facts.by === null && ` (${words.search.service})`}
      </td>
      <td className={past.risk}>{risk.success && <RiskMark risk={risk.data} />}</td>
      <td className={past.outcome}>
        <Outcome outcome={line.erased ? words.search.erasedOutcome : facts.outcome} />
      </td>
      <td className={`${past.two} ${past.entry}`}>{words.search.entry(entry)}</td>
    </tr>
  );
}

/** The tool on its connection, or the method where no tool is named. */
function Called({ facts: { tool, method, connection } }: Pick<AuditLine, "facts">) {
  const called = tool ?? method;
  return (
    <span className={past.call}>
      {called !== null && <OutsideLine text={called} look="name" />}
      {connection !== null && (
        <span className={past.on}>
          <OutsideLine text={connection} />
        </span>
      )}
    </span>
  );
}

const bad: ReadonlySet<string> = new Set(["failed", "error"]);

/** How it ended, in the ledger's own word; what failed has its shape. */
function Outcome({ outcome }: { readonly outcome: string | null }) {
  if (outcome === null) return null;
  if (bad.has(outcome))
    return (
      <Status tone="bad" icon="cross">
        <OutsideLine text={outcome} />
      </Status>
    );
  if (outcome === "unknown")
    return (
      <Status tone="warn" icon="note">
        {outcome}
      </Status>
    );
  return (
    <span className={past.two}>
      <OutsideLine text={outcome} />
    </span>
  );
}
