import { useEffect, useEffectEvent, useRef, type PointerEvent } from "react";

/** A pointer that has not moved for so long has been left lying there: what is urgent takes its place again. */
const restMs = 10_000;

/** Holds the list's order from the pointer's first move over the rows until it leaves or rests, or a key is pressed. */
export function usePointerHold(hold: () => void, release: () => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const end = useEffectEvent(() => {
    clearTimeout(timer.current);
    release();
  });
  const stir = ({ pointerType }: PointerEvent<HTMLElement>) => {
    // A finger is on the list only while it presses or scrolls it.
    if (pointerType === "touch") return;
    hold();
    clearTimeout(timer.current);
    timer.current = setTimeout(release, restMs);
  };
  useEffect(() => {
    const onKey = () => end();
    // Before any key acts, so that it moves in the order that it leaves behind.
    addEventListener("keydown", onKey, { capture: true });
    return () => {
      removeEventListener("keydown", onKey, { capture: true });
      end();
    };
  }, []);
  const leave = () => {
    clearTimeout(timer.current);
    release();
  };
  return { onPointerEnter: stir, onPointerMove: stir, onPointerDown: stir, onPointerLeave: leave };
}
