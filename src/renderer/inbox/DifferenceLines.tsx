import { useState, type CSSProperties } from "react";
import { Button } from "../parts/Button.tsx";
import { words } from "../words.ts";
import css from "./Changes.module.css";
import { ChangeRow } from "./ChangeRow.tsx";
import type { DifferenceRow } from "./differences.ts";
import payload from "./Payload.module.css";

const mostLines = 400;

interface DifferenceLinesProps {
  readonly rows: readonly DifferenceRow[];
  /** Of the heading that names them. */
  readonly titleId: string;
}

/** A comparison line by line; what does not differ is folded. */
export function DifferenceLines({ rows, titleId }: DifferenceLinesProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [limit, setLimit] = useState(mostLines);
  const runs = runsOf(rows, open);
  return (
    <ul className={payload.tree} aria-labelledby={titleId}>
      {rows.length === 0 && <li className={payload.more}>{words.payload.none}</li>}
      {runs.slice(0, limit).map((run) =>
        "folded" in run ? (
          <li key={run.key} className={css.folded} style={{ "--depth": run.depth } as CSSProperties}>
            <Button look="link" size="small" expanded={false} onClick={() => setOpen(new Set([...open, run.key]))}>
              {words.context.unchanged(run.folded)}
            </Button>
          </li>
        ) : (
          <ChangeRow key={run.key} row={run} />
        ),
      )}
      {runs.length > limit && (
        <li className={payload.more}>
          <Button look="link" size="small" onClick={() => setLimit(limit + mostLines)}>
            {words.context.more(runs.length - limit)}
          </Button>
        </li>
      )}
    </ul>
  );
}

/** So many unchanged values one after the other stand as one line, named by the first. */
interface Folded {
  readonly key: string;
  readonly depth: number;
  readonly folded: number;
}

function runsOf(rows: readonly DifferenceRow[], open: ReadonlySet<string>): readonly (DifferenceRow | Folded)[] {
  const runs: (DifferenceRow | Folded)[] = [];
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    if (row === undefined) break;
    let end = at;
    while (rows[end]?.change === "same") end += 1;
    const same = rows.slice(at, end);
    if (same.length === 0) runs.push(row);
    else if (open.has(row.key)) runs.push(...same);
    else runs.push({ key: row.key, depth: row.depth, folded: same.filter((each) => !hasMembers(each)).length });
    if (end > at) at = end - 1;
  }
  return runs;
}

function hasMembers({ is }: DifferenceRow): boolean {
  return is !== null && "size" in is.value && is.value.size > 0;
}
