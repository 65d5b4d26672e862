import { memo, useState, type CSSProperties } from "react";
import type { ApprovalContext } from "../../shared/approval-context.ts";
import { Button } from "../parts/Button.tsx";
import { words } from "../words.ts";
import css from "./Changes.module.css";
import { ChangeRow } from "./ChangeRow.tsx";
import type { DifferenceRow, Differences } from "./differences.ts";
import payload from "./Payload.module.css";

interface ChangesProps {
  readonly last: NonNullable<ApprovalContext["lastApproved"]>;
  /** Null where the earlier payload was too long to be sent along. */
  readonly differences: Differences | null;
}

const mostLines = 400;

/** What differs from the last approved call, line by line; what does not is folded. */
export const Changes = memo(function Changes({ last, differences }: ChangesProps) {
  return (
    <section aria-labelledby="changes-title">
      <div className={payload.sec}>
        <h2 id="changes-title" tabIndex={-1}>
          {words.context.changesTitle}
        </h2>
      </div>
      {differences === null ? (
        <p>{last.payload.value === null ? words.context.tooLong(last.payload.length) : words.context.tooMany}</p>
      ) : (
        <Lines rows={differences.rows} />
      )}
      <div className={payload.legend}>
        {!last.isSameTool && <span>{words.context.otherTool}</span>}
        {differences?.hasMasked === true && <span>{words.context.asShown}</span>}
      </div>
    </section>
  );
});

function Lines({ rows }: { readonly rows: readonly DifferenceRow[] }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [limit, setLimit] = useState(mostLines);
  const runs = runsOf(rows, open);
  return (
    <ul className={payload.tree} aria-labelledby="changes-title">
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
