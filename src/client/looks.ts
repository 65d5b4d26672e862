import { lookingBeatMs } from "../shared/looking.ts";

/** Which pending request a console of this profile has open before the person; null where none has, or the console fell silent. */
export interface Looks {
  get(): string | null;
  set(approval: string | null): void;
  onChange(listener: () => void): () => void;
}

/** `silentMs`: how long a console may say nothing; 45 s. */
export function createLooks(silentMs = 3 * lookingBeatMs): Looks {
  const listeners = new Set<() => void>();
  let approval: string | null = null;
  let silence: NodeJS.Timeout | undefined;
  function set(next: string | null): void {
    clearTimeout(silence);
    if (next !== null) silence = setTimeout(set, silentMs, null).unref();
    if (next === approval) return;
    approval = next;
    for (const listener of listeners) listener();
  }
  return {
    get: () => approval,
    set,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
