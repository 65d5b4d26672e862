import { Blank } from "../parts/Blank.tsx";
import { Reading } from "../parts/Reading.tsx";
import { words } from "../words.ts";
import css from "./History.module.css";
import type { Past } from "./past.ts";

/** In the table's place while it has no line: what comes, or that nothing does. */
export function Unread({ past: { at, filter, next } }: { readonly past: Past }) {
  if (at === "unread" || at === "reading" || at === "reading older") return <Reading says={words.history.loading} />;
  if (at === "failed") return null;
  if (filter.search?.trim() || filter.verdict || filter.risk || next !== null)
    return (
      <p className={css.note} role="status">
        {words.history.nothingFound}
      </p>
    );
  return (
    <Blank title={words.history.noneTitle[filter.kind]}>
      <p>{words.history.none[filter.kind]}</p>
    </Blank>
  );
}
