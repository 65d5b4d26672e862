import { join } from "node:path";
import { loadKeys } from "../src/gateway/keys.ts";
import { openStore } from "../src/gateway/store/open-store.ts";
import type { Store } from "../src/gateway/store/store.ts";
import { entriesOfCall } from "./ledger-entries.ts";

export const ledgerOrigin = "gateway.example:8443";
/** The time of the first entry, and how far entries are apart, in milliseconds: a million of them are a quarter. */
export const ledgerTime = { firstMs: 1_790_000_000_000, stepMs: 7_776 };

/** A measured ledger that is open for appending. */
export interface OpenLedger {
  /** Its data folder. */
  readonly folder: string;
  readonly store: Store;
  readonly verifierKey: string;
  /** How many entries it has. */
  length(): number;
  /** Says of so many entries that they were appended by somebody else. */
  grew(by: number): void;
  /** Appends entries until there are so many at least, a thousand a commit. */
  fillTo(most: number): Promise<void>;
  /** Appends the entries of one further call, a commit each, as calls do, and answers how many. */
  appendCall(): Promise<number>;
}

/** The ledger in this folder, beside its keys; made where there is none. */
export async function openLedger(folder: string): Promise<OpenLedger> {
  const keys = await loadKeys(join(folder, "keys"));
  let length = 0;
  const now = (): number => ledgerTime.firstMs + length * ledgerTime.stepMs;
  const store = await openStore({ folder: join(folder, "data"), keys, origin: ledgerOrigin, now });
  length = Number(store.checkpoint().split("\n", 2)[1]);
  // In a ledger that is there already, calls go on far behind those it has.
  let calls = length;
  const next = (): ReturnType<typeof entriesOfCall> => entriesOfCall((calls += 1));
  const appendSome = async (): Promise<void> =>
    await store.commit((writes) => {
      for (const most = length + 1000; length < most;) {
        for (const { kind, body } of next()) {
          writes.append(kind, body);
          length += 1;
        }
      }
    });
  return {
    folder: join(folder, "data"),
    store,
    verifierKey: keys.verifierKey(ledgerOrigin),
    length: () => length,
    grew: (by) => void (length += by),
    async fillTo(most) {
      for (let left = most - length; left > 0; left = most - length) await appendSome();
    },
    async appendCall() {
      const made = next();
      for (const { kind, body } of made) {
        await store.commit((writes) => writes.append(kind, body));
        length += 1;
      }
      return made.length;
    },
  };
}
