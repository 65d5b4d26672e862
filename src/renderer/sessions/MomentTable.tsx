import { useEffect, useRef } from "react";
import { wordsOfMoment } from "../../shared/session-words.ts";
import type { Moment } from "../../shared/audit-sessions.ts";
import past from "../history/History.module.css";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { rowPx, Space, walkRows } from "../parts/grid.tsx";
import { OutsideLine } from "../parts/Outside.tsx";
import table from "../parts/table.module.css";
import { useWindowed } from "../parts/windowed.ts";
import { words } from "../words.ts";
import { offsetText } from "./offset.ts";
import type { Replay } from "./replayed.ts";
import css from "./Sessions.module.css";
import { ToneMark } from "./ToneMark.tsx";

const { columns } = words.sessions;

/** The session moment by moment; the one that is shown stays in view while it plays. */
export function MomentTable({ replay: { moments, place, session, next, at } }: { readonly replay: Replay }) {
  const { replays } = useModel();
  const { first, end, ref, look } = useWindowed(moments.length, rowPx);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current !== null) keepInView(box.current, place);
  }, [place]);
  return (
    <div
      className={css.moments}
      ref={(element) => {
        box.current = element;
        return ref(element);
      }}
      onScroll={(event) => look(event.currentTarget)}
      aria-busy={at === "reading"}
    >
      <table
        role="grid"
        className={`${table.table} ${past.table} ${css.table}`}
        aria-label={words.sessions.replay}
        aria-rowcount={next === null ? moments.length + 1 : -1}
        onKeyDown={walkRows}
      >
        <thead>
          <tr aria-rowindex={1}>
            <th className={css.time}>{columns.time}</th>
            <th className={css.what}>{columns.what}</th>
            <th>{columns.call}</th>
            <th className={css.number}>{columns.entry}</th>
          </tr>
        </thead>
        <tbody>
          <Space rows={first} />
          {moments.slice(first, end).map((moment, index) => (
            <Row
              key={moment.entry}
              moment={moment}
              sinceMs={moment.atMs - (session?.fromMs ?? moment.atMs)}
              place={first + index}
              isChosen={first + index === place}
              isStop={first + index === (place >= first && place < end ? place : first)}
            />
          ))}
          <Space rows={moments.length - end} />
        </tbody>
      </table>
      {next !== null && at !== "reading" && (
        <div className={past.end}>
          <span>{words.sessions.more(moments.length)}</span>
          <Button size="small" onClick={replays.readOn}>
            {words.sessions.readOn}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The table's head covers what stands below it. */
function keepInView(box: HTMLElement, place: number): void {
  const top = place * rowPx;
  const room = box.clientHeight - 2 * rowPx;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top > box.scrollTop + room) box.scrollTop = top - room;
}

interface RowProps {
  readonly moment: Moment;
  readonly sinceMs: number;
  readonly place: number;
  readonly isChosen: boolean;
  readonly isStop: boolean;
}

function Row({ moment, sinceMs, place, isChosen, isStop }: RowProps) {
  const { replays } = useModel();
  const { entry, kind, facts, body } = moment;
  const { tone, title, name } = wordsOfMoment(kind, facts, body.state === "whole" ? body.value : null);
  return (
    <tr
      data-line=""
      aria-rowindex={place + 2}
      aria-selected={isChosen}
      tabIndex={isStop ? 0 : -1}
      className={tone === "quiet" ? css.quiet : undefined}
      onClick={() => replays.go(place)}
      onFocus={() => replays.go(place)}
    >
      <td className={past.two}>{offsetText(sinceMs)}</td>
      <td>
        <ToneMark tone={tone} title={title} />
      </td>
      <td>{name !== null && <OutsideLine text={name} look="name" />}</td>
      <td className={`${past.two} ${css.number}`}>{words.sessions.entry(entry)}</td>
    </tr>
  );
}
