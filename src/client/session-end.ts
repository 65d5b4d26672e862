/** How many minutes before its end a session warns. */
type MinutesLeft = 10 | 1;

/** Watches for the end of a session that cannot be renewed beyond it. */
export interface SessionEnd {
  /** It ends then; null: nobody knows when. */
  plan(endsAtMs: number | null): void;
  stop(): void;
}

export interface SessionEndOptions {
  readonly now: () => number;
  readonly onNear: (minutes: MinutesLeft, endsAtMs: number) => void;
  readonly onEnd: () => void;
}

/** Each warning and the end are told once for each time that was planned. After sleep only what is true then. */
export function watchSessionEnd({ now, onNear, onEnd }: SessionEndOptions): SessionEnd {
  let timer: NodeJS.Timeout | undefined;
  let planned: number | null = null;
  let told: MinutesLeft | null = null;

  function look(): void {
    clearTimeout(timer);
    if (planned === null) return;
    const leftMs = planned - now();
    if (leftMs <= 0) {
      planned = null;
      onEnd();
      return;
    }
    const minutes = leftMs <= minuteMs ? 1 : leftMs <= 10 * minuteMs ? 10 : null;
    const nextMs = minutes === null ? leftMs - 10 * minuteMs : minutes === 10 ? leftMs - minuteMs : leftMs;
    // Timers stand still while the machine sleeps: look at the clock once a minute at least.
    timer = setTimeout(look, Math.min(nextMs + 1, minuteMs)).unref();
    if (minutes === null || minutes === told) return;
    told = minutes;
    onNear(minutes, planned);
  }

  return {
    plan(endsAtMs) {
      if (endsAtMs === planned) return;
      planned = endsAtMs;
      told = null;
      look();
    },
    stop() {
      clearTimeout(timer);
      planned = null;
    },
  };
}

const minuteMs = 60_000;
