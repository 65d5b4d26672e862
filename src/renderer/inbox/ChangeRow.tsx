import { useState, type CSSProperties } from "react";
import { Button } from "../parts/Button.tsx";
import { classes } from "../parts/class-names.ts";
import { Outside } from "../parts/Outside.tsx";
import { words } from "../words.ts";
import css from "./Changes.module.css";
import type { DifferenceRow } from "./differences.ts";
import type { PayloadRow } from "./payload-rows.ts";
import payload from "./Payload.module.css";
import { foldAt, TreeValue } from "./TreeValue.tsx";

const signs = { added: "+", removed: "−", changed: "±", same: "", within: "" } as const;

/** One line of a comparison: a sign, the name, what was and what is now, and in words what happened to it. */
export function ChangeRow({ row: { depth, change, was, is } }: { readonly row: DifferenceRow }) {
  const [isLong, setLong] = useState(false);
  const name = (is ?? was)?.name ?? null;
  const longest = Math.max(lengthOf(was), lengthOf(is));
  const sides = change === "changed" ? [was, is] : [is ?? was];
  return (
    <li className={classes(payload.row, css[change])} style={{ "--depth": depth } as CSSProperties}>
      <span className={payload.value}>
        <span className={css.sign} aria-hidden="true">
          {signs[change]}
        </span>
        <span className={payload.words}>
          {name !== null && (
            <>
              <span className={payload.key}>
                <Outside text={String(name)} />
              </span>
              <span className={payload.colon}>: </span>
            </>
          )}
          {sides.map((side, index) => (
            <span key={index} className={css.side}>
              {change === "changed" && (
                <span className={css.when}>{index === 0 ? words.context.was : words.context.is}</span>
              )}
              {side !== null && <Side row={side} isLong={isLong} />}
            </span>
          ))}
        </span>
      </span>
      <span className={payload.note}>
        {change !== "within" && words.context.mark[change]}
        {longest > foldAt && (
          <Button look="link" size="small" expanded={isLong} onClick={() => setLong(!isLong)}>
            {isLong ? words.payload.less : words.payload.show(longest)}
          </Button>
        )}
      </span>
    </li>
  );
}

function Side({ row, isLong }: { readonly row: PayloadRow; readonly isLong: boolean }) {
  const { value } = row;
  if ("size" in value && value.size > 0)
    return <span className={payload.layout}>{words.payload.size(value.size, value.kind)}</span>;
  return <TreeValue row={row} isLong={isLong} />;
}

function lengthOf(row: PayloadRow | null): number {
  return row?.value.kind === "string" ? row.value.text.length : 0;
}
