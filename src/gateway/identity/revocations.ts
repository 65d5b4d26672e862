import type { RevocationRecord } from "../store/revocations.ts";
import type { Reads } from "../store/store.ts";
import type { Principal } from "./principal.ts";

/** What is revoked, at hand for each request; the store has it durably, and it is read from there at the start. */
export class Revocations {
  readonly #principals = new Set<string>();
  /** When a session of this key was last revoked. */
  readonly #keys = new Map<string, number>();
  readonly #personOf: (id: string) => string;

  constructor(stored: Reads["revocations"], personOf: (id: string) => string) {
    this.#personOf = personOf;
    for (const record of stored.all()) this.note(record);
  }

  /** Notes what has just become durable. */
  note({ kind, id, key, atMs }: RevocationRecord): void {
    if (kind === "principal") this.#principals.add(id);
    else if (key !== undefined) this.#keys.set(key, Math.max(atMs, this.#keys.get(key) ?? 0));
  }

  /** Lifts a principal's. */
  forget(principal: string): void {
    this.#principals.delete(principal);
  }

  /** Whether this id, or another of the same person, is revoked. */
  isRevoked(id: string): boolean {
    if (this.#principals.size === 0) return false;
    const person = this.#personOf(id);
    return [...this.#principals].some((each) => each === id || this.#personOf(each) === person);
  }

  /** Whether a key whose session was revoked comes with a sign-in of before that. `auth_time` is in whole seconds. */
  isSpent(key: string, { authenticatedAtMs }: Principal): boolean {
    const atMs = this.#keys.get(key);
    return atMs !== undefined && (authenticatedAtMs === null || authenticatedAtMs <= atMs);
  }
}
