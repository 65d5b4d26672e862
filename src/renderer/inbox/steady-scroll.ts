import { useLayoutEffect, useRef, type RefObject } from "react";
import type { ApprovalView } from "../../shared/approval.ts";
import type { InboxFilter } from "./filter.ts";

interface Steady {
  readonly list: readonly ApprovalView[];
  readonly filter: InboxFilter;
  readonly chosen: string | null;
  readonly rowPx: number;
  /** The place was set: draw what is there now. */
  readonly look: (element: HTMLElement) => void;
}

/**
 * Keeps what is read in its place when rows come and go above it: the selected row where it is on the screen, otherwise the first one there.
 * A list that stands at its top stays there, as the most urgent comes first, unless the selected row would leave the screen by it.
 */
export function useSteadyScroll(scroller: RefObject<HTMLElement | null>, now: Steady): void {
  const last = useRef(now);
  useLayoutEffect(() => {
    const before = last.current;
    last.current = now;
    const element = scroller.current;
    if (element === null || before.list === now.list) return;
    const place = before.filter === now.filter ? steady(before, now, element) : 0;
    if (place === null || place === element.scrollTop) return;
    element.scrollTo(0, place);
    now.look(element);
  });
}

function steady(before: Steady, { list, rowPx, chosen }: Steady, element: HTMLElement): number | null {
  const { scrollTop, clientHeight } = element;
  const isSeen = (at: number) => at * rowPx >= scrollTop && (at + 1) * rowPx <= scrollTop + clientHeight;
  const chosenAt = before.list.findIndex(({ id }) => id === chosen);
  if (chosenAt >= 0 && isSeen(chosenAt)) {
    const to = list.findIndex(({ id }) => id === chosen);
    if (to >= 0 && scrollTop === 0) return isSeen(to) ? null : (to + 1) * rowPx - clientHeight;
    if (to >= 0) return scrollTop + (to - chosenAt) * rowPx;
  }
  if (scrollTop === 0) return null;
  const kept = new Map(list.map(({ id }, at) => [id, at]));
  for (let at = Math.ceil(scrollTop / rowPx); at < before.list.length; at += 1) {
    const to = kept.get(before.list[at]?.id ?? "");
    if (to !== undefined) return scrollTop + (to - at) * rowPx;
  }
  return null;
}
