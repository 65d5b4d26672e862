import past from "../history/History.module.css";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Reading } from "../parts/Reading.tsx";
import { words } from "../words.ts";
import type { Sought } from "./sought.ts";

/** In the table's place while it has no line: that the ledger is being searched, or that nothing fits and what else to try. */
export function NothingFound({ sought: { at, wanted, next } }: { readonly sought: Sought }) {
  const { search } = useModel();
  if (at === "reading" || at === "reading older") return <Reading says={words.search.loading} />;
  if (at === "failed") return null;
  return (
    <div className={past.note} role="status">
      <p>
        {words.search.none} {words.search.noneAt}
      </p>
      <p className={past.head}>
        {wanted.range.is !== "any" && (
          <Button size="small" onClick={() => search.within({ is: "any" })}>
            {words.search.anyTime}
          </Button>
        )}
        {next !== null && (
          <Button size="small" onClick={search.older}>
            {words.search.older}
          </Button>
        )}
        <Button size="small" onClick={search.clear}>
          {words.search.clear}
        </Button>
      </p>
    </div>
  );
}
