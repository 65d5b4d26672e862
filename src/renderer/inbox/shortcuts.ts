import { useEffect, useEffectEvent } from "react";

/** Actions by key, lower case; `ctrl+enter` is the one that acts in a field too. What cannot act now is undefined. */
export type Shortcuts = Readonly<Record<string, (() => void) | undefined>>;

/** Who listens, and to which keys at the moment. */
const listening = new Set<() => readonly string[]>();

/** The keys that do something now, for whoever asks which there are. */
export function workingKeys(): ReadonlySet<string> {
  return new Set([...listening].flatMap((keys) => keys()));
}

const always = () => true;

/**
 * Listens while its component is there, and acts where that is on the screen. A held-down key acts once, and no single key acts while a
 * field, a dialog or a menu has the focus.
 */
export function useShortcuts(shortcuts: Shortcuts, isSeen: () => boolean = always): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.repeat || event.defaultPrevented || event.altKey || isCovered()) return;
    const withControl = event.ctrlKey || event.metaKey;
    const key = withControl ? `ctrl+${event.key.toLowerCase()}` : event.key.toLowerCase();
    if (!withControl && isBusy(event.target, key)) return;
    const action = shortcuts[key];
    if (!action || !isSeen()) return;
    event.preventDefault();
    action();
  });
  const keys = useEffectEvent(() => (isSeen() ? Object.keys(shortcuts).filter((key) => shortcuts[key]) : []));
  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event);
    const tell = () => keys();
    addEventListener("keydown", listener);
    listening.add(tell);
    return () => {
      removeEventListener("keydown", listener);
      listening.delete(tell);
    };
  }, []);
}

function isCovered(): boolean {
  return document.querySelector("dialog[open], :popover-open") !== null;
}

function isBusy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input, textarea, select, [contenteditable]")) return true;
  // Enter presses what has the focus; only where nothing has it does it open the request.
  return key === "enter" && target.matches("a, button, summary");
}
