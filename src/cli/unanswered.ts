import { setTimeout as wait } from "node:timers/promises";
import type { Control } from "../client/control.ts";
import type { Terminal } from "./terminal.ts";

const lookEveryMs = 1000;

/** The answer to a decision; says, once, where the gateway keeps it waiting and the same is sent again. */
export async function toldWhileUnanswered<T>(
  answer: Promise<T>,
  { owner, id }: { readonly owner: Control; readonly id: string },
  terminal: Terminal,
): Promise<T> {
  const over = new AbortController();
  const watch = async (): Promise<void> => {
    for (;;) {
      await wait(lookEveryMs, undefined, { signal: over.signal });
      const { sending } = await owner.ask("status", {});
      const mine = sending.find(({ approval, unanswered }) => approval === id && unanswered > 0);
      if (mine === undefined) continue;
      const until = new Date(mine.untilMs).toLocaleTimeString("en-GB");
      terminal.note(
        `The gateway has not answered: not recorded yet. The same signed decision is sent again until ${until}.`,
      );
      return;
    }
  };
  // It ends with the answer, or with the owner, of which the answer tells.
  const watched = watch().catch(() => undefined);
  try {
    return await answer;
  } finally {
    over.abort();
    await watched;
  }
}
