import { memo } from "react";
import type { ApprovalContext } from "../../shared/approval-context.ts";
import { words } from "../words.ts";
import { DifferenceLines } from "./DifferenceLines.tsx";
import type { Differences } from "./differences.ts";
import payload from "./Payload.module.css";

interface ChangesProps {
  readonly last: NonNullable<ApprovalContext["lastApproved"]>;
  /** Null where the earlier payload was too long to be sent along. */
  readonly differences: Differences | null;
}

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
        <DifferenceLines rows={differences.rows} titleId="changes-title" />
      )}
      <div className={payload.legend}>
        {!last.isSameTool && <span>{words.context.otherTool}</span>}
        {differences?.hasMasked === true && <span>{words.context.asShown}</span>}
      </div>
    </section>
  );
});
