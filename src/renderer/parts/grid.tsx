import type { KeyboardEvent } from "react";

/** The height of a row of a table, `--row-s`: what is windowed counts with it. */
export const rowPx = 32;

/** The place of rows that are not drawn. */
export function Space({ rows }: { readonly rows: number }) {
  if (rows <= 0) return null;
  return <tr aria-hidden="true" style={{ height: rows * rowPx }} />;
}

/** Arrows move between rows marked `data-line`; the row that gets the focus is the chosen one. Enter shows it where the window is narrow. */
export function walkRows(event: KeyboardEvent<HTMLElement>): void {
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-line]")];
  const at = rows.findIndex((row) => row === document.activeElement);
  const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (at < 0) return;
  if (event.key === "Enter") rows[at]?.click();
  else if (by === undefined) return;
  else rows[at + by]?.focus();
  event.preventDefault();
}
