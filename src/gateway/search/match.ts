import { hash } from "node:crypto";
import type { Counted } from "../../shared/audit-activity.ts";
import type { AuditQuery, EntryFacts } from "../../shared/audit-search.ts";

/** What an entry can be found by exactly, with the letter that its word in the index begins with. */
const letters = {
  connection: "c",
  tool: "t",
  rule: "r",
  outcome: "o",
  effect: "e",
  risk: "i",
  client: "l",
  device: "d",
  address: "a",
  session: "s",
  call: "q",
  approval: "v",
} as const satisfies Partial<Record<keyof EntryFacts & keyof AuditQuery, string>>;

/** One word for each fact, of letters and digits alone: the index intersects their lists as it does those of a text's words. */
export function factWords(kind: string, facts: EntryFacts, figures: readonly Counted[]): string {
  const words = Object.entries(letters).map(([name, letter]) => wordOf(letter, facts[name as keyof typeof letters]));
  const besides = [
    wordOf("k", kind),
    wordOf("p", facts.principal),
    wordOf("p", facts.by),
    wordOf("u", facts.principal),
  ];
  return [...words, ...besides, ...figures.map((name) => wordOf("x", name))].join(" ").trim();
}

/** The word of an entry's call, or of its approval. */
export function placeWord(of: "call" | "approval", id: string): string {
  return `facts : ${wordOf(letters[of], id)}`;
}

/**
 * A query as FTS5 has it (sqlite.org/fts5.html, section 3), null where any entry is meant. `principals`: whom `person` and `service` mean;
 * null where nobody is asked for. What stands in quotes is never syntax.
 */
export function matchOf(query: AuditQuery, principals: readonly string[] | null): string | null {
  const wanted = Object.entries(letters).flatMap(([name, letter]) => {
    const value = query[name as keyof typeof letters];
    return value === undefined ? [] : [`facts : ${wordOf(letter, value)}`];
  });
  if (query.kind !== undefined) wanted.push(`facts : ${wordOf("k", query.kind)}`);
  if (query.counted !== undefined) wanted.push(`facts : ${wordOf("x", query.counted)}`);
  // What is counted is whose call it was, not who decided it.
  const whose = query.counted === undefined ? "p" : "u";
  if (principals !== null) wanted.push(`facts : (${principals.map((id) => wordOf(whose, id)).join(" OR ")})`);
  const all = [...wanted, ...textTerms(query.text ?? "").map((term) => `body : ${term}`)];
  return all.length === 0 ? null : all.join(" AND ");
}

function wordOf(letter: string, value: string | null): string {
  return value === null ? "" : `${letter}${hash("sha256", value, "hex").slice(0, 20)}`;
}

/** The words of a text; what stands in double quotes is one phrase, and a star at its end stands for any ending. */
function textTerms(text: string): readonly string[] {
  const found = text.matchAll(/"([^"]*)"?(\*?)|([^\s"]+)/gu);
  return [...found].flatMap(([, phrase, star, word]) => {
    const isOpen = star === "*" || (word?.endsWith("*") ?? false);
    // SQLite reads a query to its first NUL, and the closing quote would be gone.
    const said = (phrase ?? word ?? "").replaceAll("\0", " ").replace(/\*$/, "");
    // What has neither letter nor digit is no word to the index, and would match nothing.
    return /[\p{L}\p{N}]/u.test(said) ? [`"${said}"${isOpen ? " *" : ""}`] : [];
  });
}
