/**
 * The same as `parse`, which one change asks of the same few texts again and again. What was parsed last is kept for as long as nobody
 * wants its memory; so what it gives must not be changed.
 */
export function lately<T>(parse: (text: string) => T): (text: string) => T {
  let kept: readonly WeakRef<{ readonly text: string; readonly parsed: T }>[] = [];
  return (text) => {
    const known = kept.map((each) => each.deref()).find((each) => each?.text === text);
    if (known !== undefined) return known.parsed;
    const parsed = parse(text);
    kept = [new WeakRef({ text, parsed }), ...kept].slice(0, mostKept);
    return parsed;
  };
}

/** The text of before and the one after. */
const mostKept = 2;
