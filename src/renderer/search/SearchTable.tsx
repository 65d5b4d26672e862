import type { UIEvent } from "react";
import type { ConsoleState } from "../../shared/console.ts";
import past from "../history/History.module.css";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { rowPx, Space, walkRows } from "../parts/grid.tsx";
import table from "../parts/table.module.css";
import { useWindowed } from "../parts/windowed.ts";
import { words } from "../words.ts";
import { NothingFound } from "./NothingFound.tsx";
import css from "./Search.module.css";
import { SearchRow } from "./SearchRow.tsx";
import type { Sought } from "./sought.ts";

const { columns } = words.search;

interface SearchTableProps {
  readonly sought: Sought;
  readonly gateway: ConsoleState["gateway"];
}

/** The entries that were found, newest first, more of them as one comes to the end. */
export function SearchTable({ sought, gateway }: SearchTableProps) {
  const { search } = useModel();
  const { lines, names, chosen, next, at } = sought;
  const { first, end, ref, look } = useWindowed(lines.length, rowPx);
  if (lines.length === 0) return <NothingFound sought={sought} />;
  const scrolled = (event: UIEvent<HTMLElement>) => {
    look(event.currentTarget);
    const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
    if (scrollHeight - scrollTop - clientHeight < 20 * rowPx) search.older();
  };
  // One row takes the tab stop: the chosen one where it is drawn, otherwise the first drawn.
  const at0 = lines.findIndex(({ entry }) => entry === chosen?.entry);
  const stop = at0 >= first && at0 < end ? at0 : first;
  return (
    <div className={past.scroll} ref={ref} onScroll={scrolled} aria-busy={at === "reading"}>
      <table
        role="grid"
        className={`${table.table} ${past.table} ${css.table}`}
        aria-labelledby="search-title"
        aria-rowcount={next === null ? lines.length + 1 : -1}
        onKeyDown={walkRows}
      >
        <thead>
          <tr aria-rowindex={1}>
            <th className={css.time}>{columns.time}</th>
            <th className={css.kind}>{columns.what}</th>
            <th>{columns.call}</th>
            <th className={css.who}>{columns.who}</th>
            <th className={past.risk}>{columns.risk}</th>
            <th className={`${past.outcome} ${css.ended}`}>{columns.outcome}</th>
            <th className={`${past.entry} ${css.number}`}>{columns.entry}</th>
          </tr>
        </thead>
        <tbody>
          <Space rows={first} />
          {lines.slice(first, end).map((line, index) => (
            <SearchRow
              key={line.entry}
              line={line}
              names={names}
              gateway={gateway}
              place={first + index}
              isChosen={line.entry === chosen?.entry}
              isStop={first + index === stop}
            />
          ))}
          <Space rows={lines.length - end} />
        </tbody>
      </table>
      <div className={past.end}>
        <span role="status">
          {at === "reading older" ? words.search.loadingOlder : words.search.found(lines.length, next === null)}
        </span>
        {next !== null && (
          <Button size="small" disabled={at !== "read"} onClick={search.older}>
            {words.search.older}
          </Button>
        )}
      </div>
    </div>
  );
}
