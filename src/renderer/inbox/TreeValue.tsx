import { Segments } from "../parts/Outside.tsx";
import { cut, quotedSegments } from "../visible-text.ts";
import type { PayloadRow } from "./payload-rows.ts";
import css from "./Payload.module.css";

/** From how many characters on a text is folded. */
export const foldAt = 120;

interface TreeValueProps {
  readonly row: Pick<PayloadRow, "value" | "hiddenAs">;
  readonly isLong: boolean;
}

/** A value of the payload: nothing for an object or list that has members, whose lines follow. */
export function TreeValue({ row: { value, hiddenAs }, isLong }: TreeValueProps) {
  if (value.kind === "object" || value.kind === "array") {
    if (value.size > 0) return null;
    return <span className={css.layout}>{value.kind === "object" ? "{}" : "[]"}</span>;
  }
  if (value.kind === "number" || value.kind === "word") {
    return <bdi className={hiddenAs.length > 0 ? css.mask : css[value.kind]}>{value.text}</bdi>;
  }
  const shown = isLong ? value.text : cut(value.text, foldAt);
  const isMasked = hiddenAs.length > 0;
  // A chip has no quotes: it stands for a value, it is not one.
  return (
    <bdi className={isMasked ? css.mask : css.string}>
      {!isMasked && '"'}
      <Segments of={quotedSegments(shown)} />
      {shown.length < value.text.length && "…"}
      {!isMasked && '"'}
    </bdi>
  );
}
