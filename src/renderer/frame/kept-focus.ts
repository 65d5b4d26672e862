import { useEffect } from "react";

/**
 * Keeps the focus from being lost to the page: where what had it is gone, hidden or can no longer be pressed, it goes to what the nearest
 * surroundings that remain name as their rest: `data-rest`, selectors of what is within them, the most fitting first.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    const keeper = createKeeper();
    addEventListener("focusin", keeper.came);
    addEventListener("focusout", keeper.went);
    const watcher = new MutationObserver(keeper.look);
    watcher.observe(document.body, { subtree: true, childList: true, attributeFilter: ["disabled", "data-open"] });
    return () => {
      removeEventListener("focusin", keeper.came);
      removeEventListener("focusout", keeper.went);
      watcher.disconnect();
    };
  }, []);
}

let isResting = false;

/** Whether the focus is just being put to rest: nobody went there, so nothing is chosen by it. */
export function isPutToRest(): boolean {
  return isResting;
}

function createKeeper() {
  /** What has the focus, and what is around it, from the inside out. */
  let around: readonly HTMLElement[] = [];
  const came = ({ target }: FocusEvent) => {
    around = target instanceof HTMLElement ? surroundings(target) : [];
  };
  const went = ({ target }: FocusEvent) => {
    // What is being removed loses the focus while it is still there: only afterwards is it known whether it left by itself, as at a click beside it.
    queueMicrotask(() => {
      if (target === around[0] && canHaveFocus(around[0]) && document.hasFocus()) around = [];
    });
  };
  const look = (changes: readonly MutationRecord[]) => {
    const [last, ...outer] = around;
    const now = document.activeElement;
    // What comes and goes elsewhere hides nothing, and to ask costs a layout: a list that scrolls would pay it for every row.
    if (last === undefined || (now === last && changes.every(({ type }) => type === "childList"))) return;
    if (canHaveFocus(last)) return;
    if (now !== null && now !== document.body && now !== last) return;
    const rest = restIn(outer.filter(({ isConnected }) => isConnected));
    if (rest === null) return;
    isResting = true;
    rest.focus({ preventScroll: true });
    isResting = false;
  };
  return { came, went, look };
}

function surroundings(element: HTMLElement): readonly HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let at: HTMLElement | null = element; at !== null; at = at.parentElement) found.push(at);
  return found;
}

function canHaveFocus(element: HTMLElement | undefined): boolean {
  return element !== undefined && element.isConnected && !element.matches(":disabled") && element.checkVisibility();
}

function restIn(outer: readonly HTMLElement[]): HTMLElement | null {
  for (const each of outer) {
    for (const wanted of each.dataset["rest"]?.split(", ") ?? []) {
      const rest = [...each.querySelectorAll<HTMLElement>(wanted)].find(canHaveFocus);
      if (rest !== undefined) return rest;
    }
  }
  return null;
}
