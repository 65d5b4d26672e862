import type { ActivityRow } from "../../shared/audit-activity.ts";
import { auditQuery, type AuditLine, type AuditPage, type AuditQuery } from "../../shared/audit-search.ts";
import type { AuditEntry } from "../../shared/audit-entry.ts";
import type { Failure } from "../../shared/errors.ts";
import { words } from "../words.ts";
import { boundsOf, type Range } from "./ranges.ts";

/** What entries can be narrowed by, each as a chip. */
export type FactName = keyof typeof words.search.names;
export const factNames = Object.keys(words.search.names) as readonly FactName[];

/** What is looked for as the page has it: words, facts, and a time. */
export interface Wanted {
  readonly text: string;
  readonly facts: Readonly<Partial<Record<FactName, string>>>;
  readonly range: Range;
}

export const anything: Wanted = { text: "", facts: {}, range: { is: "any" } };

/** What was used most of late: what an investigator is likely to ask about. */
export interface Suggested {
  readonly tools: readonly ActivityRow[];
  readonly services: readonly ActivityRow[];
}

/** What the search page shows. `lines` stay while others are asked for; an answer to an older question changes nothing. */
export interface Sought {
  readonly wanted: Wanted;
  readonly lines: readonly AuditLine[];
  readonly names: AuditPage["names"];
  readonly next: number | null;
  readonly indexed: number;
  readonly entries: number;
  /** `unasked`: the page suggests questions. Nothing is looked at in the ledger before somebody asks, as each look is recorded. */
  readonly at: "unasked" | "reading" | "reading older" | "read" | "failed";
  readonly error: Failure | null;
  readonly chosen: { readonly entry: number; readonly isOpen: boolean } | null;
  /** The chosen one whole, once it has come, or why it did not. */
  readonly detail: { readonly entry: number; readonly got: AuditEntry | Failure } | null;
  readonly suggested: Suggested;
}

export const unasked: Sought = {
  wanted: anything,
  lines: [],
  names: {},
  next: null,
  indexed: 0,
  entries: 0,
  at: "unasked",
  error: null,
  chosen: null,
  detail: null,
  suggested: { tools: [], services: [] },
};

/** The question as it is sent; null where a value of it is none that the gateway takes (a risk that there is not). */
export function queryOf({ text, facts, range }: Wanted, offsetMs: number): AuditQuery | null {
  const said = text.trim();
  const query = { ...facts, ...(said === "" ? {} : { text: said }), ...boundsOf(range, offsetMs) };
  return auditQuery.safeParse(query).data ?? null;
}

const token = /(?:^|\s)([a-z]+):(?:"([^"]+)"|(\S+))/g;

/** Words as they were typed, those of the form `tool:NAME` taken out as facts. */
export function factsIn(text: string): Pick<Wanted, "text" | "facts"> {
  const facts: Partial<Record<FactName, string>> = {};
  const rest = text.replaceAll(token, (whole: string, name: string, quoted?: string, plain?: string) => {
    const fact = factNames.find((each) => each === name);
    const value = quoted ?? plain ?? "";
    if (fact === undefined || !auditQuery.safeParse({ [fact]: value }).success) return whole;
    facts[fact] = value;
    return "";
  });
  return { text: rest.trim(), facts };
}

/** Who made the entry, by the name that is known of them; null where nobody did. */
export function whoIn({ facts: { by, principal, name } }: AuditLine, names: AuditPage["names"]): string | null {
  const id = by ?? principal;
  if (id === null) return null;
  return names[id] ?? (by === null ? name : null) ?? id;
}
