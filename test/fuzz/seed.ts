import { runSeed } from "../support/run-seed.ts";

/** Seeded random choices (mulberry32): the same seed gives the same run. */
export interface Random {
  readonly seed: number;
  /** A whole number from 0 up to, but not with, `below`. */
  below(below: number): number;
  pick<T>(values: readonly T[]): T;
  bytes(length: number): Buffer;
  /** A text with some of its bytes changed, repeated, cut or replaced by what parsers stumble over. */
  spoil(text: string): string;
}

const stumbling = [
  "\0",
  "\r\n",
  "\r\n\r\n",
  '"',
  "\\u0000",
  "\\ud800",
  "{",
  "[",
  "}",
  "]",
  ":",
  "__proto__",
  "1e999",
  "-0",
  "9007199254740993",
  "\u202e",
  "\u{10ffff}",
  "%00",
  "../",
  "x".repeat(5000),
  "[".repeat(3000),
  "&a [*a]",
  "!!js/function",
  "data:",
  "\n\n",
];

/** Choices from the seed of this run, `test/support/run-seed.ts`. */
export function seeded(): Random {
  const seed = runSeed;
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => next() % limit;
  const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  return {
    seed,
    below,
    pick,
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
    spoil(text) {
      let spoilt = text;
      for (let times = 1 + below(3); times > 0; times -= 1) {
        const at = below(spoilt.length + 1);
        const end = Math.min(spoilt.length, at + below(12));
        const put = pick([pick(stumbling), "", spoilt.slice(at, end).repeat(2), String.fromCharCode(below(256))]);
        spoilt = spoilt.slice(0, at) + put + spoilt.slice(end);
      }
      return spoilt;
    },
  };
}
