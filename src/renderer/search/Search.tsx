import type { ConsoleState } from "../../shared/console.ts";
import past from "../history/History.module.css";
import { useShortcuts } from "../inbox/shortcuts.ts";
import { useModel } from "../model.ts";
import { Band } from "../parts/Band.tsx";
import { Button } from "../parts/Button.tsx";
import { classes } from "../parts/class-names.ts";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import { Chips } from "./Chips.tsx";
import { EntryDetail } from "./EntryDetail.tsx";
import { Questions } from "./Questions.tsx";
import css from "./Search.module.css";
import { SearchHead } from "./SearchHead.tsx";
import { SearchTable } from "./SearchTable.tsx";
import type { Sought } from "./sought.ts";

interface SearchProps {
  readonly state: ConsoleState;
  readonly isLinked: boolean;
}

/** What the ledger holds, searched by an auditor: field and filters, what was found, and one entry whole. */
export function Search({ state, isLinked }: SearchProps) {
  const { search } = useModel();
  const sought = useStore(search.sought);
  const isReached = isLinked && state.gateway.link === "online";
  useShortcuts({
    "/": () => document.getElementById("search")?.focus(),
    escape: () => search.back(),
  });
  const isAsked = sought.at !== "unasked";
  return (
    <main
      className={classes(past.panes, css.panes, !isAsked && css.alone)}
      data-open={sought.chosen?.isOpen ? "" : undefined}
      data-rest={'[data-line][tabindex="0"], aside button'}
    >
      <section className={past.page} aria-labelledby="search-title">
        <SearchHead sought={sought} state={state} isReached={isReached} />
        {isAsked && <Chips sought={sought} />}
        {!isReached && <p className={past.note}>{words.search.offline}</p>}
        {isReached && <Trouble sought={sought} />}
        {isAsked ? (
          <SearchTable sought={sought} gateway={state.gateway} />
        ) : (
          <Questions suggested={sought.suggested} isReached={isReached} />
        )}
      </section>
      {isAsked && <EntryDetail sought={sought} gateway={state.gateway} />}
    </main>
  );
}

/** That nothing could be read, or that the newest may be missing. */
function Trouble({ sought: { at, error, indexed, entries } }: { readonly sought: Sought }) {
  const { search } = useModel();
  const again = (
    <Button size="small" onClick={search.again}>
      {words.search.again}
    </Button>
  );
  if (at === "failed")
    return (
      <Band tone="bad" icon="fail" action={again}>
        {words.search.failed} {wording(error?.code ?? "internal")}
      </Band>
    );
  if (at !== "read" || indexed >= entries) return null;
  return (
    <Band tone="warn" icon="clock" action={again}>
      {words.search.indexing(indexed, entries)}
    </Band>
  );
}
