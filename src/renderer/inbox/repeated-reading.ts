/** One thing that is read a moment after it was asked for, and once more where it has changed since, one reading at a time. */
export interface RepeatedReading {
  /** Where what is read has come to another state, it is read again, without putting off a reading that is to come. */
  again(state: string): void;
  /** Reads no more, and tells nothing of what is being read. */
  close(): void;
}

export function readRepeatedly<T>(read: () => Promise<T>, tell: (what: T) => void, restMs: number): RepeatedReading {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isReading = false;
  let isChanged = false;
  let isClosed = false;
  let last: string | null = null;

  async function round(): Promise<void> {
    timer = undefined;
    isReading = true;
    isChanged = false;
    const what = await read();
    isReading = false;
    if (isClosed) return;
    tell(what);
    if (isChanged) rest();
  }

  function rest(): void {
    timer = setTimeout(() => void round(), restMs);
  }

  rest();
  return {
    again(state) {
      if (state === last) return;
      last = state;
      isChanged = true;
      if (!isReading && timer === undefined && !isClosed) rest();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
