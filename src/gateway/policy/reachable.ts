import type { Principal } from "../identity/principal.ts";
import type { Effect } from "./policy.ts";

/** What of a rule says whether anybody can do anything on its connection. */
interface Reaching {
  readonly effect: Effect;
  readonly globs: object | null;
  readonly condition: object | null;
  concerns(principal: Principal): boolean;
}

/**
 * Whether some rule lets this principal through to a connection at all. It is asked of every request and walks the rules,
 * so it is remembered for as long as the principal, which the token cache keeps, lives; rules read anew have a memory of their own.
 */
export class Reachable<R extends Reaching> {
  readonly #rulesOf: (connection: string) => readonly R[];
  readonly #known = new WeakMap<Principal, Map<string, boolean>>();

  constructor(rulesOf: (connection: string) => readonly R[]) {
    this.#rulesOf = rulesOf;
  }

  /** `connection` is one of gateway.yaml's, so that what is remembered doesn't grow with what is asked. */
  mayReach(principal: Principal, connection: string): boolean {
    let known = this.#known.get(principal);
    if (known === undefined) this.#known.set(principal, (known = new Map()));
    let may = known.get(connection);
    if (may === undefined) known.set(connection, (may = reaches(this.#rulesOf(connection), principal)));
    return may;
  }
}

function reaches(rules: readonly Reaching[], principal: Principal): boolean {
  for (const rule of rules) {
    if (!rule.concerns(principal)) continue;
    if (rule.effect.effect !== "deny") return true;
    // A deny of every call shuts off all rules after it.
    if (rule.globs === null && rule.condition === null) return false;
  }
  return false;
}
