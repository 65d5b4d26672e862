import { useCallback, useState } from "react";

/** The rows of a long list that are near the screen, from `first` to before `end`. */
interface Windowed {
  readonly first: number;
  readonly end: number;
  /** The first row that is wholly on the screen. */
  readonly top: number;
  readonly ref: (element: HTMLElement | null) => (() => void) | undefined;
  /** Looks again where the list stands: on every scroll, and after its place was set. */
  readonly look: (element: HTMLElement) => void;
}

/** So many rows are drawn beyond each edge, for the next key press or turn of the wheel. */
const beyond = 12;

/** Draws of `count` rows of this height only those near the screen, so that thousands scroll as ten do. */
export function useWindowed(count: number, rowPx: number): Windowed {
  const [view, setView] = useState({ topRow: 0, top: 0, rows: 24 });
  const look = useCallback(
    ({ scrollTop, clientHeight }: HTMLElement) => {
      const next = {
        topRow: Math.floor(scrollTop / rowPx),
        top: Math.ceil(scrollTop / rowPx),
        rows: Math.ceil(clientHeight / rowPx),
      };
      setView((last) =>
        last.topRow === next.topRow && last.top === next.top && last.rows === next.rows ? last : next,
      );
    },
    [rowPx],
  );
  const ref = useCallback(
    (element: HTMLElement | null) => {
      if (element === null) return undefined;
      const watcher = new ResizeObserver(() => look(element));
      watcher.observe(element);
      return () => watcher.disconnect();
    },
    [look],
  );
  return {
    first: Math.max(0, Math.min(view.topRow - beyond, count - view.rows - beyond)),
    end: Math.min(count, view.topRow + view.rows + beyond),
    top: Math.max(0, Math.min(view.top, count - 1)),
    ref,
    look,
  };
}
