/** The columns of a table: each with its heading, and what a line has in it. */
export type Columns<T> = readonly (readonly [string, (line: T) => string])[];

/** Lines as CSV (RFC 4180), with a heading. */
export function csvText<T>(columns: Columns<T>, lines: readonly T[]): string {
  const rows = lines.map((line) => columns.map(([, read]) => cell(read(line))).join(","));
  return [columns.map(([name]) => name).join(","), ...rows].map((row) => `${row}\r\n`).join("");
}

/**
 * A cell in which no spreadsheet finds a formula: what begins as one does (OWASP, CSV Injection), also behind blanks, gets an apostrophe in
 * front. So does what follows a `;`, tab or line end: where a list's separator is another than the comma, a cell begins there, whatever is
 * quoted. Whatever else means something to CSV is quoted.
 */
function cell(text: string): string {
  const begun = text.replace(formulas, "$1'");
  const safe = /^[\t\r\n]/.test(begun) ? `'${begun}` : begun;
  return /[",;\r\n\t']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const formulas = /(^|\r\n|[;\t\r\n])(?=(?:[^\S\t\r\n]|["'\p{Cf}])*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20])/gu;
