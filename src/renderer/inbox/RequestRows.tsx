import { useCallback, useRef, useState } from "react";
import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { useWindowed } from "../parts/windowed.ts";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import { usePointerHold } from "./pointer-hold.ts";
import { equalTo } from "./equal.ts";
import css from "./RequestList.module.css";
import { RequestRow } from "./RequestRow.tsx";
import { useSteadyScroll } from "./steady-scroll.ts";

interface RequestRowsProps {
  readonly list: readonly ApprovalView[];
  readonly state: ConsoleState;
  readonly onOpen: () => void;
}

/** The height of a request, `--row`: the list counts with it. */
const rowPx = 52;

/** The rows of the list near the screen, and the selected one wherever it is, which has the focus. */
export function RequestRows({ list, state, onOpen }: RequestRowsProps) {
  const { selection } = useModel();
  const { id, filter } = useStore(selection.chosen);
  const { first, end, top, ref, look } = useWindowed(list.length, rowPx);
  const scroller = useRef<HTMLElement>(null);
  const attach = useCallback(
    (element: HTMLElement | null) => {
      scroller.current = element;
      return ref(element);
    },
    [ref],
  );
  useSteadyScroll(scroller, { list, filter, chosen: id, rowPx, look });
  const pointer = usePointerHold(
    () => selection.hold(state),
    () => selection.release(),
  );
  const chosenAt = list.findIndex((approval) => approval.id === id);
  const [place, setPlace] = useState(chosenAt);
  if (chosenAt >= 0 && place !== chosenAt) setPlace(chosenAt);
  // One row takes the tab stop: the selected one; where that has left the list the one in its place, or the first in sight.
  const left = Math.min(place, list.length - 1);
  const stop = chosenAt >= 0 ? chosenAt : left >= first && left < end ? left : top;
  return (
    <div className={css.requests} ref={attach} onScroll={({ currentTarget }) => look(currentTarget)}>
      <ul
        {...pointer}
        role="listbox"
        aria-label={words.inbox.listbox}
        data-rest="[role=option][tabindex='0']"
        tabIndex={-1}
        style={{ height: list.length * rowPx }}
        onKeyDown={(event) => {
          const by = keys(scroller.current, list.length)[event.key];
          if (event.key === "Enter") onOpen();
          else if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
          else selection.move(state, by, stop);
          event.preventDefault();
        }}
      >
        {drawn(first, end, stop, list.length).map((at) => {
          const approval = list[at];
          return (
            approval && (
              <RequestRow
                key={approval.id}
                approval={approval}
                gateway={state.gateway}
                place={at}
                size={list.length}
                topPx={at * rowPx}
                isSelected={at === chosenAt}
                isStop={at === stop}
                equal={equalTo(approval, state.approvals).length}
              />
            )
          );
        })}
      </ul>
    </div>
  );
}

/** The places that are drawn, in order; the tab stop is one of them wherever it is, or it would lose the focus. */
function drawn(first: number, end: number, stop: number, size: number): readonly number[] {
  const near = Array.from({ length: end - first }, (_, at) => first + at);
  if (stop >= size || (stop >= first && stop < end)) return near;
  return stop < first ? [stop, ...near] : [...near, stop];
}

/** By how many places each key moves. Rows choose themselves when they get the focus. */
function keys(scroller: HTMLElement | null, size: number): Readonly<Record<string, number>> {
  const page = Math.max(1, Math.floor((scroller?.clientHeight ?? 0) / rowPx) - 1);
  return { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page, Home: -size, End: size };
}
