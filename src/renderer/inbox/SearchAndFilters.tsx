import { useMemo, useState } from "react";
import { risk as risks, type ApprovalView } from "../../shared/approval.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Icon } from "../parts/Icon.tsx";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import { isNarrowed, noFilter, type InboxFilter } from "./filter.ts";
import css from "./RequestList.module.css";

interface SearchAndFiltersProps {
  readonly filter: InboxFilter;
  /** What the filters choose from. */
  readonly pending: readonly ApprovalView[];
}

/** Search, and beside it the filters: they stay in sight while one of them hides anything. */
export function SearchAndFilters({ filter, pending }: SearchAndFiltersProps) {
  const [isAsked, setAsked] = useState(false);
  const isOpen = isAsked || isNarrowed(filter);
  const label = isNarrowed(filter) ? words.inbox.filtersClear : words.inbox.filters;
  return (
    <>
      <div className={css.find}>
        <Search query={filter.query} />
        <FilterButton label={label} filter={filter} isOpen={isOpen} onOpen={setAsked} />
      </div>
      {isOpen && <Filters filter={filter} pending={pending} />}
    </>
  );
}

interface FilterButtonProps {
  readonly label: string;
  readonly filter: InboxFilter;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
}

function FilterButton({ label, filter, isOpen, onOpen }: FilterButtonProps) {
  const { selection } = useModel();
  const press = () => {
    // What is closed hides nothing.
    if (isNarrowed(filter)) selection.seek({ ...noFilter, query: filter.query });
    onOpen(!isOpen);
  };
  return (
    <span title={label}>
      <Button look="quiet" label={label} expanded={isOpen} onClick={press}>
        <Icon name={isNarrowed(filter) ? "cross" : "filter"} />
      </Button>
    </span>
  );
}

function Search({ query }: { readonly query: string }) {
  const { selection } = useModel();
  return (
    <div className={css.field}>
      <Icon name="search" />
      <input
        id="search"
        type="search"
        aria-label={words.inbox.search}
        placeholder={words.inbox.searchHint}
        autoComplete="off"
        value={query}
        onChange={(event) => selection.seek({ query: event.target.value })}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          selection.seek({ query: "" });
          event.currentTarget.blur();
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}

function Filters({ filter, pending }: SearchAndFiltersProps) {
  const { selection } = useModel();
  const connections = useMemo(() => {
    const names = new Set(pending.map(({ connection }) => connection));
    // One that nothing waits for any more stays to be seen as what hides the rest.
    if (filter.connection !== null) names.add(filter.connection);
    return [...names].toSorted();
  }, [pending, filter.connection]);
  return (
    <div className={css.filters} role="group" aria-label={words.inbox.filters}>
      <select
        aria-label={words.inbox.filterRisk}
        value={filter.risk ?? ""}
        onChange={({ target }) => selection.seek({ risk: risks.options.find((each) => each === target.value) ?? null })}
      >
        <option value="">{words.inbox.anyRisk}</option>
        {risks.options.map((each) => (
          <option key={each} value={each}>
            {words.risk[each]}
          </option>
        ))}
      </select>
      <select
        aria-label={words.inbox.filterConnection}
        value={filter.connection ?? ""}
        onChange={({ target }) => selection.seek({ connection: target.value === "" ? null : target.value })}
      >
        <option value="">{words.inbox.anyConnection}</option>
        {connections.map((each) => (
          <option key={each} value={each}>
            {spoken(each, 60)}
          </option>
        ))}
      </select>
      <label>
        <input
          type="checkbox"
          checked={filter.whose === "mine"}
          onChange={({ target }) => selection.seek({ whose: target.checked ? "mine" : "all" })}
        />
        {words.inbox.mine}
      </label>
    </div>
  );
}
