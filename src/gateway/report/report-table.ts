import { pageText } from "../pages/page-text.ts";
import type { Listing } from "./chapter.ts";

/** A table of a report, as HTML: `cells` are texts, written out here. Says how many more there are than listed. */
export function rows<T>(
  heads: readonly string[],
  { count, first }: Listing<T>,
  cells: (item: T) => readonly string[],
): string {
  if (count === 0) return "<p>None.</p>";
  const more = count > first.length ? `<p>And ${number(count - first.length)} more in the ledger.</p>` : "";
  const head = heads.map((each) => `<th scope="col">${each}</th>`).join("");
  const body = first.map((item) => `<tr>${cells(item).map(cell).join("")}</tr>`).join("\n");
  return `<div class="table" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>${more}`;
}

/** One word, such as a number, a time, a kind or a person's id, stays on one line; a longer one may be broken anywhere. */
const unbroken = /^\S{1,24}$/;

function cell(text: string): string {
  return `<td${unbroken.test(text) ? ' class="word"' : ""}>${pageText(text)}</td>`;
}

/** A time as the report writes it: ISO 8601, in UTC. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** A count with its thousands apart. */
export function number(n: number): string {
  return n.toLocaleString("en");
}
