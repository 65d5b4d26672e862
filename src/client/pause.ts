import { join } from "node:path";
import { z } from "zod";
import { pauseState, type ConsoleState } from "../shared/console.ts";
import { CountersignError } from "../shared/errors.ts";
import type { PassSource } from "./pass.ts";
import { readJson, writePrivate } from "./private-file.ts";

/** The person's own stop: while it holds, the tunnel passes no new call on. It outlives the process. */
export interface Pause {
  /** Begins (or changes) the pause, `forMinutes` null until it is ended; or ends it. Durable before it is visible. */
  begin(forMinutes: number | null): Promise<void>;
  end(): Promise<void>;
  /** The same passes, for calls only: throws `paused` while the pause holds. */
  guarding(pass: PassSource): PassSource;
  close(): void;
}

export interface PauseOptions {
  readonly directory: string;
  readonly now: () => number;
  readonly onState: (state: ConsoleState["pause"]) => void;
}

export async function openPause({ directory, now, onState }: PauseOptions): Promise<Pause> {
  const path = join(directory, "pause.json");
  const stored = (await readJson(path, pauseFile))?.pause ?? null;
  let pause = holds(stored, now()) ? stored : null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function change(next: ConsoleState["pause"]): Promise<void> {
    await writePrivate(path, `${JSON.stringify({ v: 1, pause: next })}\n`);
    show(next);
  }

  function show(next: ConsoleState["pause"]): void {
    pause = next;
    onState(next);
    watch();
  }

  /** A timer does not count the time in which the machine sleeps, so that the clock is looked at again now and then. */
  function watch(): void {
    clearTimeout(timer);
    if (pause === null || pause.untilMs === null) return;
    timer = setTimeout(
      () => {
        if (holds(pause, now())) watch();
        else show(null);
      },
      Math.min(Math.max(pause.untilMs - now(), 0), lookEveryMs),
    );
    timer.unref();
  }

  show(pause);
  return {
    begin: (forMinutes) => change({ untilMs: forMinutes === null ? null : now() + forMinutes * 60_000 }),
    end: () => change(null),
    guarding: (pass) => (wanted) => {
      if (holds(pause, now())) throw new CountersignError("paused", refusal);
      return pass(wanted);
    },
    close: () => clearTimeout(timer),
  };
}

const lookEveryMs = 30_000;
const pauseFile = z.object({ v: z.literal(1), pause: pauseState });
const refusal = "Calls are paused on this computer: resume them in Countersign, then call again.";

function holds(pause: ConsoleState["pause"], nowMs: number): boolean {
  return pause !== null && (pause.untilMs === null || nowMs < pause.untilMs);
}
