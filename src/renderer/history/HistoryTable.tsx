import type { UIEvent } from "react";
import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { rowPx, Space, walkRows } from "../parts/grid.tsx";
import { useWindowed } from "../parts/windowed.ts";
import { words } from "../words.ts";
import type { Past } from "./past.ts";
import { HistoryRow } from "./HistoryRow.tsx";
import { Unread } from "./Unread.tsx";
import table from "../parts/table.module.css";
import css from "./History.module.css";

interface HistoryTableProps {
  readonly past: Past;
  readonly gateway: ConsoleState["gateway"];
}

const { columns } = words.history;

/** The lines, newest first, more of them as one comes to the end. */
export function HistoryTable({ past, gateway }: HistoryTableProps) {
  const { history } = useModel();
  const { lines, filter, chosen, next, at } = past;
  const { first, end, ref, look } = useWindowed(lines.length, rowPx);
  if (lines.length === 0) return <Unread past={past} />;
  const scrolled = (event: UIEvent<HTMLElement>) => {
    look(event.currentTarget);
    const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
    if (scrollHeight - scrollTop - clientHeight < 20 * rowPx) history.older();
  };
  // One row takes the tab stop: the chosen one where it is drawn, otherwise the first drawn.
  const at0 = lines.findIndex(({ id }) => id === chosen?.id);
  const stop = at0 >= first && at0 < end ? at0 : first;
  return (
    <div className={css.scroll} ref={ref} onScroll={scrolled}>
      <table
        role="grid"
        className={`${table.table} ${css.table}`}
        aria-labelledby="history-title"
        aria-rowcount={next === null ? lines.length + 1 : -1}
        onKeyDown={walkRows}
      >
        <thead>
          <tr aria-rowindex={1}>
            <th className={css.time}>{columns.time}</th>
            <th className={css.verdict}>{columns.decision}</th>
            <th>{columns.call}</th>
            <th className={css.risk}>{columns.risk}</th>
            <th className={css.person}>{filter.kind === "decision" ? columns.requester : columns.deciders}</th>
            <th className={css.outcome}>{columns.outcome}</th>
            <th className={css.entry}>{columns.entry}</th>
          </tr>
        </thead>
        <tbody>
          <Space rows={first} />
          {lines.slice(first, end).map((line, index) => (
            <HistoryRow
              key={line.id}
              line={line}
              gateway={gateway}
              place={first + index}
              isChosen={line.id === chosen?.id}
              isStop={first + index === stop}
            />
          ))}
          <Space rows={lines.length - end} />
        </tbody>
      </table>
      <div className={css.end}>
        <span role="status">
          {at === "reading older" ? words.history.loadingOlder : words.history.found(lines.length, next === null)}
        </span>
        {next !== null && (
          <Button size="small" disabled={at !== "read"} onClick={history.older}>
            {words.history.older}
          </Button>
        )}
      </div>
    </div>
  );
}
