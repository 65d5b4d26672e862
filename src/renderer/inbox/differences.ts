import type { MaskedPayload } from "../../shared/approval.ts";
import { canonical, type Json } from "../../shared/json.ts";
import { asBefore, payloadRows, type PayloadRow } from "./payload-rows.ts";

/** One line of a comparison. `within`: it is an object or list that has differences inside; `was` and `is` are lines of either payload. */
export interface DifferenceRow {
  readonly key: string;
  readonly depth: number;
  readonly change: "added" | "removed" | "changed" | "same" | "within";
  readonly was: PayloadRow | null;
  readonly is: PayloadRow | null;
}

export interface Differences {
  readonly rows: readonly DifferenceRow[];
  /** How many values (objects and lists by what is in them) are so. */
  readonly counts: Readonly<Record<"added" | "removed" | "changed" | "same", number>>;
  /** Whether anything in either is masked: that is compared as it is shown alone. */
  readonly hasMasked: boolean;
}

/** Field by field what differs between two payloads as they are shown, in the order of the later one; what only the earlier one has comes after it. */
export function differencesOf(before: MaskedPayload, now: MaskedPayload): Differences {
  const nameFar = asBefore();
  const was = new Map(payloadRows(before, nameFar).map((row) => [row.key, row]));
  const is = payloadRows(now, nameFar);
  const kept = new Set(is.map(({ key }) => key));
  const all = [
    ...is.map((row) => rowOf(was.get(row.key) ?? null, row)),
    ...[...was.values()].flatMap((row) => (kept.has(row.key) ? [] : [rowOf(row, null)])),
  ];
  const rows = inOrder(all);
  const counts = { added: 0, removed: 0, changed: 0, same: 0 };
  for (const row of rows) if (row.change !== "within" && isCounted(row)) counts[row.change] += 1;
  return { rows, counts, hasMasked: before.hidden.length + now.hidden.length > 0 };
}

/** So many values are compared with the last ones: more would keep the page from deciding, for as long as whoever asks likes. */
const mostCompared = 50_000;

/** Whether a payload has so few values that it is compared while a person waits. */
export function isComparable({ arguments: value }: MaskedPayload): boolean {
  let left = mostCompared;
  const visit = (each: Json): boolean => {
    left -= 1;
    if (left < 0) return false;
    return typeof each !== "object" || each === null || Object.values(each).every(visit);
  };
  return visit(value);
}

function rowOf(was: PayloadRow | null, is: PayloadRow | null): DifferenceRow {
  const row = is ?? was;
  const change = was === null ? "added" : is === null ? "removed" : changeOf(was, is);
  return { key: row?.key ?? "", depth: row?.depth ?? 0, change, was, is };
}

function changeOf(was: PayloadRow, is: PayloadRow): DifferenceRow["change"] {
  if (shown(was) === shown(is)) return isBranch(is) ? "within" : "same";
  const isSameBranch = isBranch(was) && isBranch(is) && was.value.kind === is.value.kind;
  return isSameBranch && was.hiddenAs.length + is.hiddenAs.length === 0 ? "within" : "changed";
}

function shown({ value, hiddenAs }: PayloadRow): string {
  return canonical({ ...value, hiddenAs: [...hiddenAs] });
}

function isBranch({ value }: PayloadRow): boolean {
  return "size" in value && value.size > 0;
}

/** A changed value counts once, what was added or removed by its values and not by the objects around them. */
function isCounted({ change, was, is }: DifferenceRow): boolean {
  const row = is ?? was;
  return change === "changed" || (row !== null && !isBranch(row));
}

/** Each line after the one that it lies in; what was removed stands behind its siblings. An object without differences in it is the same. */
function inOrder(all: readonly DifferenceRow[]): readonly DifferenceRow[] {
  const inside = new Map<string, DifferenceRow[]>();
  for (const row of all) {
    const parent = (row.is ?? row.was)?.parent ?? "";
    const siblings = inside.get(parent);
    if (siblings) siblings.push(row);
    else inside.set(parent, [row]);
  }
  const below = (key: string): readonly DifferenceRow[] =>
    (inside.get(key) ?? []).flatMap((row) => {
      const inner = below(row.key);
      const isSame = row.change === "within" && inner.every(({ change }) => change === "same");
      return [isSame ? { ...row, change: "same" as const } : row, ...inner];
    });
  return below("");
}
