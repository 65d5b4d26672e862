import { globMatcher } from "./glob.ts";
import type { Reach } from "./policy.ts";

/** What the index asks of a rule. */
export interface Indexed {
  readonly position: number;
  readonly connections: readonly string[];
  /** Globs of each kind; null where the rule matches every call. */
  readonly globs: Readonly<Record<Reach["kind"], readonly string[]>> | null;
}

/** Finds the rules that could match a call without trying all of them: by connection, then exact name, then prefix. */
export class RuleIndex<R extends Indexed> {
  readonly #rules: readonly R[];
  readonly #connections = new Map<string, Shelf<R>>();

  constructor(rules: readonly R[]) {
    this.#rules = rules;
  }

  /** The first rule, by position, that names this connection and call and passes `matches`. */
  first({ connection, kind, name }: Pick<Reach, "connection" | "kind" | "name">, matches: (rule: R) => boolean) {
    let best: R | undefined;
    for (const rules of this.#shelf(connection).candidates(kind, name)) {
      for (const rule of rules) {
        if (best !== undefined && rule.position >= best.position) break;
        if (!matches(rule)) continue;
        best = rule;
        break;
      }
    }
    return best;
  }

  /** All rules of a connection, in their order. */
  of(connection: string): readonly R[] {
    return this.#shelf(connection).rules;
  }

  #shelf(connection: string): Shelf<R> {
    const known = this.#connections.get(connection);
    if (known !== undefined) return known;
    const shelf = new Shelf(
      this.#rules.filter((rule) => rule.connections.some((glob) => globMatcher(glob)(connection))),
    );
    // Connections are those of gateway.yaml, so this doesn't grow with what is asked.
    this.#connections.set(connection, shelf);
    return shelf;
  }
}

/** The rules of one connection: each list is in the rules' order. */
class Shelf<R extends Indexed> {
  readonly rules: readonly R[];
  readonly #every: R[] = [];
  readonly #kinds = { tool: new Names<R>(), resource: new Names<R>(), prompt: new Names<R>() };

  constructor(rules: readonly R[]) {
    this.rules = rules;
    for (const rule of rules) {
      if (rule.globs === null) this.#every.push(rule);
      else for (const kind of kinds) for (const glob of rule.globs[kind]) this.#kinds[kind].add(glob, rule);
    }
  }

  *candidates(kind: Reach["kind"], name: string): Iterable<readonly R[]> {
    yield this.#every;
    yield* this.#kinds[kind].candidates(name);
  }
}

const kinds = ["tool", "resource", "prompt"] as const;

/** Globs of one kind: exact names and prefixes are looked up, others tried one by one. */
class Names<R> {
  readonly #exact = new Map<string, R[]>();
  readonly #prefixes = new Map<number, Map<string, R[]>>();
  readonly #others: { readonly matches: (name: string) => boolean; readonly rules: readonly R[] }[] = [];

  add(glob: string, rule: R): void {
    const prefix = /^[^*?]*(?=\*+$)/.exec(glob)?.[0];
    if (!/[*?]/.test(glob)) put(this.#exact, glob, rule);
    else if (prefix === undefined) this.#others.push({ matches: globMatcher(glob), rules: [rule] });
    else {
      const ofLength = this.#prefixes.get(prefix.length) ?? new Map<string, R[]>();
      this.#prefixes.set(prefix.length, ofLength);
      put(ofLength, prefix, rule);
    }
  }

  *candidates(name: string): Iterable<readonly R[]> {
    const exact = this.#exact.get(name);
    if (exact !== undefined) yield exact;
    for (const [length, prefixes] of this.#prefixes) {
      const rules = name.length < length ? undefined : prefixes.get(name.slice(0, length));
      if (rules !== undefined) yield rules;
    }
    for (const { matches, rules } of this.#others) if (matches(name)) yield rules;
  }
}

function put<R>(map: Map<string, R[]>, key: string, rule: R): void {
  const rules = map.get(key);
  if (rules === undefined) map.set(key, [rule]);
  else rules.push(rule);
}
