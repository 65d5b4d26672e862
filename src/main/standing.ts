import type { Toast, Toasts } from "./toasts.ts";

/** How a notification is made: `hidden` where the screen is locked, and it may name nobody and nothing. */
export type MakeToast = (hidden: boolean) => Toast | null;

/** The notifications that stand on the screen, each of which can be told again without names. */
export interface Standing {
  show(id: string, make: MakeToast): void;
  dismiss(id: string): void;
  /** The screen is locked: what stands there names people and tools. */
  hideNames(): void;
  clear(): void;
}

export function createStanding(toasts: Toasts, isLocked: () => boolean): Standing {
  const makers = new Map<string, MakeToast>();
  const dismiss = (id: string): void => {
    makers.delete(id);
    toasts.dismiss(id);
  };
  const show = (id: string, make: MakeToast): void => {
    const toast = make(isLocked());
    if (toast === null) return;
    makers.set(id, make);
    toasts.show(id, toast);
  };
  return {
    show,
    dismiss,
    hideNames: () => {
      for (const [id, make] of makers) {
        if (toasts.stands(id)) show(id, make);
        else makers.delete(id);
      }
    },
    clear: () => [...makers.keys()].forEach(dismiss),
  };
}
