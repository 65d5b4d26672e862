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

  /** The rules that name this connection and call, in their order. */
  naming({ connection, kind, name }: Pick<Reach, "connection" | "kind" | "name">): readonly R[] {
    return this.#shelf(connection).naming(kind, name);
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

/** The rules of one connection. */
class Shelf<R extends Indexed> {
  readonly rules: readonly R[];
  readonly #every: R[] = [];
  readonly #found = {
    tool: new Map<string, readonly R[]>(),
    resource: new Map<string, readonly R[]>(),
    prompt: new Map<string, readonly R[]>(),
  };
  readonly #kinds = { tool: new Names<R>(), resource: new Names<R>(), prompt: new Names<R>() };

  constructor(rules: readonly R[]) {
    this.rules = rules;
    for (const rule of rules) {
      if (rule.globs === null) this.#every.push(rule);
      else for (const kind of kinds) for (const glob of rule.globs[kind]) this.#kinds[kind].add(glob, rule);
    }
  }

  naming(kind: Reach["kind"], name: string): readonly R[] {
    const found = this.#found[kind].get(name);
    if (found !== undefined) return found;
    const rules = new Set([...this.#every, ...this.#kinds[kind].naming(name)]);
    const ordered = [...rules].toSorted((one, two) => one.position - two.position);
    this.#keep(this.#found[kind], name, ordered);
    return ordered;
  }

  /** Names are the caller's: what is kept of them is bounded. */
  #keep(found: Map<string, readonly R[]>, name: string, rules: readonly R[]): void {
    if (name.length > longestKept) return;
    if (found.size >= mostKept) found.clear();
    found.set(name, rules);
  }
}

const longestKept = 256;
const mostKept = 1000;
const kinds = ["tool", "resource", "prompt"] as const;

/** Globs of one kind: exact names and prefixes are looked up, others tried one by one. */
class Names<R> {
  readonly #exact = new Map<string, R[]>();
  readonly #prefixes = new Map<number, Map<string, R[]>>();
  readonly #others: { readonly matches: (name: string) => boolean; readonly rule: R }[] = [];

  add(glob: string, rule: R): void {
    const prefix = /^[^*?]*(?=\*+$)/.exec(glob)?.[0];
    if (!/[*?]/.test(glob)) put(this.#exact, glob, rule);
    else if (prefix === undefined) this.#others.push({ matches: globMatcher(glob), rule });
    else {
      const ofLength = this.#prefixes.get(prefix.length) ?? new Map<string, R[]>();
      this.#prefixes.set(prefix.length, ofLength);
      put(ofLength, prefix, rule);
    }
  }

  naming(name: string): readonly R[] {
    const prefixed = [...this.#prefixes].map(([length, prefixes]) =>
      name.length < length ? undefined : prefixes.get(name.slice(0, length)),
    );
    const others = this.#others.filter(({ matches }) => matches(name)).map(({ rule }) => rule);
    return [this.#exact.get(name), ...prefixed, others].flatMap((rules) => rules ?? []);
  }
}

function put<R>(map: Map<string, R[]>, key: string, rule: R): void {
  const rules = map.get(key);
  if (rules === undefined) map.set(key, [rule]);
  else rules.push(rule);
}
