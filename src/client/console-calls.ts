import type { Presence } from "../shared/approval.ts";
import { consoleCalls, type ConsoleCall, type ConsoleInput, type ConsoleOutput } from "../shared/console-calls.ts";
import { CountersignError, toFailure, type Result } from "../shared/errors.ts";

/** One function for each thing a console may ask; `presence` is where the person who asks sits. */
export type ConsoleMethods = {
  readonly [C in ConsoleCall]: (input: ConsoleInput<C>, presence: Presence) => Promise<ConsoleOutput[C]>;
};

/** Runs a console's call after checking its input. Never throws: what goes wrong is in the Result. */
export type CallConsole = <C extends ConsoleCall>(
  call: C,
  input: unknown,
  presence: Presence,
) => Promise<Result<ConsoleOutput[C]>>;

/** The one door from every console (window, browser, terminal) to the methods. */
export function createConsoleCalls(methods: ConsoleMethods): CallConsole {
  return async (call, input, presence) => {
    try {
      const parsed = consoleCalls[call].safeParse(input);
      if (!parsed.success) throw new CountersignError("bad_request", `${call}: the input is not of its shape.`);
      // Parsed by the schema of this very call, which TypeScript can't see through the index.
      return { ok: true, value: await methods[call](parsed.data as never, presence) };
    } catch (error) {
      return { ok: false, error: toFailure(error) };
    }
  };
}

/** Whether a name from outside is a console call's. */
export function isConsoleCall(name: string): name is ConsoleCall {
  return Object.hasOwn(consoleCalls, name);
}
