import { useState } from "react";
import { cut, segments, type Segment } from "../visible-text.ts";
import { words } from "../words.ts";
import { Button } from "./Button.tsx";
import { classes } from "./class-names.ts";
import css from "./Outside.module.css";

interface OutsideProps {
  readonly text: string;
  readonly look?: "plain" | "name" | "title" | "code" | "codeSmall";
  /** From how many characters on it is folded. */
  readonly foldAt?: number;
}

/** Text from outside, whole: isolated from its surroundings, unseen characters by code point, folded with its length (rule 10). */
export function Outside({ text, look = "plain", foldAt = 160 }: OutsideProps) {
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen ? text : cut(text, foldAt);
  return (
    <>
      <bdi className={classes(css[look], css.wrap)}>
        <Segments of={segments(shown)} />
        {shown.length < text.length && "…"}
      </bdi>
      {text.length > foldAt && (
        <>
          {" "}
          <Button look="link" size="small" onClick={() => setOpen(!isOpen)}>
            {isOpen ? words.payload.less : words.payload.show(text.length)}
          </Button>
        </>
      )}
    </>
  );
}

const lineFold = 160;

/** The same for one line of a list, where the whole text is one step away. */
export function OutsideLine({ text, look = "plain" }: OutsideProps) {
  return (
    <bdi className={classes(css[look], css.line)}>
      <Segments of={segments(cut(text, lineFold))} />
    </bdi>
  );
}

export function Segments({ of }: { readonly of: readonly Segment[] }) {
  return of.map((segment, index) => {
    // Segments never move within their text, so the place is the key.
    if (segment.kind === "plain") return <span key={index}>{segment.text}</span>;
    if (segment.kind === "alike")
      return (
        <span key={index} className={css.odd}>
          {segment.text} {segment.code}
        </span>
      );
    if (segment.kind === "escape")
      return (
        <span key={index} className={css.escape}>
          {segment.text}
        </span>
      );
    return (
      <span key={index} className={css.odd}>
        {segment.code}
        {segment.times > 1 && words.payload.times(segment.times)}
      </span>
    );
  });
}
