import type { Principal } from "./principal.ts";

/**
 * The newest verified token of each principal. A call that waits for a decision may outlive the token it came with; it runs
 * only if its principal has shown a token since that is still good (rule 4).
 */
export class Present {
  readonly #newest = new Map<string, Principal>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  saw(principal: Principal): void {
    const known = this.#newest.get(principal.id);
    if (known !== undefined && known.expiresAtMs > principal.expiresAtMs) return;
    this.#newest.set(principal.id, principal);
  }

  /** Forgets those of whom this is so: whatever they still hold, they have shown nothing. */
  forget(isOne: (id: string) => boolean): void {
    for (const id of this.#newest.keys()) if (isOne(id)) this.#newest.delete(id);
  }

  /** The principal as its newest token says, or undefined once that has ended. */
  current(id: string): Principal | undefined {
    const principal = this.#newest.get(id);
    if (principal === undefined || principal.expiresAtMs > this.#now()) return principal;
    this.#newest.delete(id);
    return undefined;
  }
}
