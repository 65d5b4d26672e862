import type { JsonObject } from "../../shared/json.ts";
import { longText, outweighs } from "../../shared/json-pieces.ts";
import { isUnwritten, CountersignError } from "../../shared/errors.ts";
import type { Store } from "../store/store.ts";
import { gatewayFault } from "./refusal.ts";

/** So many calls at most are owed an answer's entry, and so many characters of requests: what is beyond is as after a crash. */
const most = { calls: 1000, characters: 8_000_000 };

/** A call that was passed on, and whose entries could not be written. `request` is its first, where that is missing too. */
interface Owed {
  readonly call: string;
  readonly request: JsonObject | null;
}

/**
 * Calls whose answer could not be recorded, and so was given to nobody. Once anything can be written again, the ledger says of each that
 * what came of it is unknown; what the target answered is lost.
 */
export class OwedAnswers {
  readonly #store: Store;
  #owed: Owed[] = [];
  #characters = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  note(call: string, request: JsonObject | null): void {
    if (this.#owed.length >= most.calls) return;
    const isLong = request !== null && outweighs(request, longText);
    const characters = request === null ? 0 : isLong ? Infinity : JSON.stringify(request).length;
    if (this.#characters + characters > most.characters) return;
    this.#characters += characters;
    this.#owed.push({ call, request });
  }

  /** Pays what is owed, where the store takes it. */
  async sweep(): Promise<void> {
    const owed = this.#owed;
    if (owed.length === 0) return;
    this.#owed = [];
    try {
      await this.#store.commit((writes) => {
        for (const { call, request } of owed) {
          if (request !== null) writes.append("call.request", request);
          writes.append("call.response", unrecorded(call));
        }
      });
      if (this.#owed.length === 0) this.#characters = 0;
    } catch (error) {
      this.#owed = [...owed, ...this.#owed];
      if (!(error instanceof CountersignError && isUnwritten(error.code))) throw error;
    }
  }
}

function unrecorded(call: string): JsonObject {
  const error = { ...gatewayFault("store_failed", "passed on") };
  return { call, outcome: "unknown", ms: 0, messages: 0, bytes: 0, response: { error }, hidden: [], unrecorded: true };
}
