import { useState } from "react";
import type { ConsoleState } from "../../shared/console.ts";
import past from "../history/History.module.css";
import list from "../inbox/RequestList.module.css";
import { useModel } from "../model.ts";
import { ExportMenu } from "../parts/ExportMenu.tsx";
import { Icon } from "../parts/Icon.tsx";
import { words } from "../words.ts";
import { AddFilter } from "./AddFilter.tsx";
import { RangePicker } from "./RangePicker.tsx";
import { queryOf, type Sought } from "./sought.ts";
import css from "./Search.module.css";

interface SearchHeadProps {
  readonly sought: Sought;
  readonly state: ConsoleState;
  readonly isReached: boolean;
}

/** What is looked for: words, filters and time; and the way to save what was found. */
export function SearchHead({ sought, state, isReached }: SearchHeadProps) {
  const { bridge } = useModel();
  const query = queryOf(sought.wanted, state.gateway.clockOffsetMs);
  return (
    <div className={past.head}>
      <h1 id="search-title">{words.search.title}</h1>
      <span className={past.grow} />
      <SearchField text={sought.wanted.text} />
      <RangePicker range={sought.wanted.range} />
      <AddFilter sought={sought} state={state} />
      {sought.at !== "unasked" && query !== null && (
        <ExportMenu
          id="search-export"
          title={words.search.exportTitle}
          isReached={isReached}
          formats={formats}
          save={(format) => bridge.exportAudit({ query, format })}
        />
      )}
    </div>
  );
}

const formats = [
  { format: "csv", name: words.search.formats.csv, type: "text/csv" },
  { format: "jsonl", name: words.search.formats.jsonl, type: "application/jsonl" },
] as const;

/** Enter searches: each look is recorded, so that none is made for half a word. */
function SearchField({ text }: { readonly text: string }) {
  const { search } = useModel();
  // What is being typed counts until something else is looked for.
  const [draft, setDraft] = useState<{ readonly over: string; readonly typed: string } | null>(null);
  const typed = draft?.over === text ? draft.typed : text;
  return (
    <search className={`${list.field} ${past.search} ${css.field}`}>
      <Icon name="search" />
      <input
        id="search"
        type="search"
        aria-label={words.search.field}
        placeholder={words.search.hint}
        autoComplete="off"
        maxLength={500}
        value={typed}
        onChange={({ target }) => setDraft({ over: text, typed: target.value })}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            search.typed(typed);
            // What became a filter is no word any more.
            setDraft(null);
          } else if (event.key === "Escape") {
            event.stopPropagation();
            setDraft(null);
            event.currentTarget.blur();
          }
        }}
      />
      <kbd aria-hidden="true">{typed === text ? "/" : "↵"}</kbd>
    </search>
  );
}
