import { useCallback, useEffect, useRef } from "react";
import { slipMs } from "../selection.ts";

/** Whether this count, for which a button comes, goes or grows beside others, has changed a moment ago: what is pressed now was meant for what stood there. */
export function useHasMoved(count: number): () => boolean {
  const known = useRef({ count, changedAtMs: 0 });
  useEffect(() => {
    if (known.current.count !== count) known.current = { count, changedAtMs: Date.now() };
  }, [count]);
  return useCallback(() => Date.now() - known.current.changedAtMs < slipMs, []);
}
