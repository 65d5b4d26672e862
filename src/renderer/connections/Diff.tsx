import { Segments } from "../parts/Outside.tsx";
import text from "../parts/text.module.css";
import { segments } from "../visible-text.ts";
import { words } from "../words.ts";
import css from "./setup.module.css";

const kinds = { "+": "added", "-": "removed" } as const;

/** The lines of a unified diff below its two headings, as quoted data. */
export function Diff({ lines, label }: { readonly lines: readonly string[]; readonly label: string }) {
  return (
    <div role="group" aria-label={label} tabIndex={0} className={css.diff}>
      {lines.slice(2).map((line, index) => (
        // Lines never move within their diff, so the place is the key.
        <Line key={index} line={line} />
      ))}
    </div>
  );
}

function Line({ line }: { readonly line: string }) {
  if (line.startsWith("@@")) return <div className={css.place}>{line}</div>;
  const mark = line.slice(0, 1);
  const kind = mark === "+" || mark === "-" ? kinds[mark] : null;
  return (
    <div className={kind === null ? css.same : css[kind]}>
      <b aria-hidden="true">{mark}</b>
      {kind !== null && <span className={text.sr}>{words.setup[kind]} </span>}
      <bdi>
        <Segments of={segments(line.slice(1))} />
      </bdi>
    </div>
  );
}
