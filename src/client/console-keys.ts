import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** What opens the headless console: codes in links, good once and for 60 s, and the keys that pages get for them. */
export interface ConsoleKeys {
  /** A new code, for one link. */
  code(): string;
  /** The key that a code is good for, or null; the code is spent either way. */
  exchange(code: string): string | null;
  holds(key: string): boolean;
}

export function createConsoleKeys(now: () => number): ConsoleKeys {
  let codes: readonly { readonly hash: Buffer; readonly untilMs: number }[] = [];
  const keys: Buffer[] = [];
  return {
    code() {
      const code = random();
      codes = [...codes.filter(({ untilMs }) => untilMs > now()), { hash: hashOf(code), untilMs: now() + codeLifeMs }];
      return code;
    },
    exchange(code) {
      const good = codes.filter(({ untilMs }) => untilMs > now());
      const matching = matches(
        good.map(({ hash }) => hash),
        code,
      );
      codes = good.filter((_entry, at) => matching[at] !== true);
      if (!matching.includes(true)) return null;
      const key = random();
      keys.push(hashOf(key));
      return key;
    },
    holds: (key) => matches(keys, key).includes(true),
  };
}

const codeLifeMs = 60_000;
const random = () => randomBytes(32).toString("base64url");
const hashOf = (text: string) => createHash("sha256").update(text).digest();

/** Compares with every entry to its end: time tells neither which matched nor how far. */
function matches(hashes: readonly Buffer[], text: string): boolean[] {
  const hash = hashOf(text);
  return hashes.map((entry) => timingSafeEqual(entry, hash));
}
