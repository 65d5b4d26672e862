import type { RetentionConfig } from "../config-retention.ts";
import { anyGlob } from "../policy/glob.ts";

/** The rule that says how long an entry is kept. */
interface RetentionRule {
  readonly name: string;
  readonly keepMs: number;
}

export interface RetentionRules {
  /** The first that fits; null: the entry is kept for ever. An entry of no connection fits only rules that name none. */
  of(kind: string, connection: string | null): RetentionRule | null;
  /** Each length of time that some rule keeps entries, the shortest first. */
  readonly keeps: readonly number[];
}

/** The name of what `default` says, in records of erasure. */
const defaultName = "default";

export function retentionRules(config: RetentionConfig | undefined): RetentionRules {
  const { rules = [], default: keep } = config ?? {};
  const compiled = rules.map(({ name, connections, kinds, keep: keepMs }) => ({
    rule: { name, keepMs },
    fitsConnection: connections === undefined ? null : anyGlob(connections),
    fitsKind: kinds === undefined ? () => true : anyGlob(kinds),
  }));
  const fallback = keep === undefined ? null : { name: defaultName, keepMs: keep };
  const all = [...compiled.map(({ rule }) => rule.keepMs), ...(keep === undefined ? [] : [keep])];
  return {
    of: (kind, connection) =>
      compiled.find(
        ({ fitsConnection, fitsKind }) =>
          fitsKind(kind) && (fitsConnection === null || (connection !== null && fitsConnection(connection))),
      )?.rule ?? fallback,
    keeps: [...new Set(all)].toSorted((one, other) => one - other),
  };
}
