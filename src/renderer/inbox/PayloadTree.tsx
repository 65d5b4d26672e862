import { useState } from "react";
import { Button } from "../parts/Button.tsx";
import { words } from "../words.ts";
import type { PayloadRow } from "./payload-rows.ts";
import css from "./Payload.module.css";
import { TreeRow } from "./TreeRow.tsx";

/** So many lines are drawn at first, and more with each press; a longer payload says how many there are. */
const firstRows = 400;
const moreRows = 1000;

interface PayloadTreeProps {
  readonly rows: readonly PayloadRow[];
  /** Of the heading that names it. */
  readonly titleId: string;
}

/** The payload line by line; objects and lists fold. */
export function PayloadTree({ rows, titleId }: PayloadTreeProps) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [limit, setLimit] = useState(firstRows);
  const open = unfolded(rows, folded);
  const shown = open.slice(0, limit);
  const rest = open.length - shown.length;
  const toggle = (key: string) => {
    const next = new Set(folded);
    if (!next.delete(key)) next.add(key);
    setFolded(next);
  };
  return (
    <ul className={css.tree} aria-labelledby={titleId}>
      {rows.length === 0 && <li className={css.more}>{words.payload.none}</li>}
      {shown.map((row) => (
        <TreeRow key={row.key} row={row} isFolded={folded.has(row.key)} onToggle={() => toggle(row.key)} />
      ))}
      {rest > 0 && (
        <li className={css.more}>
          <Button look="link" size="small" onClick={() => setLimit(limit + moreRows)}>
            {words.payload.more(Math.min(rest, moreRows), rest)}
          </Button>
        </li>
      )}
    </ul>
  );
}

/** Those that lie in nothing that is folded: in document order each comes after what it lies in. */
function unfolded(rows: readonly PayloadRow[], folded: ReadonlySet<string>): readonly PayloadRow[] {
  if (folded.size === 0) return rows;
  const gone = new Set<string>();
  return rows.filter(({ key, parent }) => {
    const isOpen = !folded.has(parent) && !gone.has(parent);
    if (!isOpen) gone.add(key);
    return isOpen;
  });
}
