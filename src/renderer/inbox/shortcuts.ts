import { useEffect, useEffectEvent } from "react";

/** Actions by key, lower case; `ctrl+enter` is the one that acts in a field too. */
export type Shortcuts = Readonly<Record<string, (() => void) | undefined>>;

/** Listens while its component is there. A held-down key acts once, and no single key acts while a field or a dialog has focus. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.repeat || event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
    const withControl = event.ctrlKey || event.metaKey;
    const key = withControl ? `ctrl+${event.key.toLowerCase()}` : event.key.toLowerCase();
    if (!withControl && isBusy(event.target, key)) return;
    const action = shortcuts[key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
}

function isBusy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input, textarea, select, [contenteditable]")) return true;
  // Enter presses what has the focus; only where nothing has it does it open the request.
  return key === "enter" && target.matches("a, button, summary");
}
