import type { KeyboardEvent } from "react";
import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { Icon } from "../parts/Icon.tsx";
import { matching } from "../selection.ts";
import { useStore } from "../store.ts";
import { clockSeconds, gatewayTime } from "../times.ts";
import { words } from "../words.ts";
import { DenyAll } from "./DenyAll.tsx";
import panes from "./panes.module.css";
import css from "./RequestList.module.css";
import { RequestRow } from "./RequestRow.tsx";

interface RequestListProps {
  readonly waiting: readonly ApprovalView[];
  readonly gateway: ConsoleState["gateway"];
  readonly onOpen: () => void;
}

/** The requests that wait, soonest expiry first. */
export function RequestList({ waiting, gateway, onOpen }: RequestListProps) {
  const { selection } = useModel();
  const { id, query } = useStore(selection.chosen);
  const found = matching(waiting, query);
  // One row takes the tab stop: the selected one, or the first where the selected one has left the list.
  const stop = found.some((approval) => approval.id === id) ? id : found[0]?.id;
  return (
    <section className={panes.list} aria-label={words.inbox.list}>
      <div className={css.head}>
        <Search query={query} />
        <div className={css.note}>
          <span>
            {query === "" ? words.inbox.note(waiting.length) : words.inbox.noteFound(found.length, waiting.length)}
          </span>
          <span>{words.inbox.order}</span>
        </div>
      </div>
      <div className={css.requests}>
        <ul role="listbox" aria-label={words.inbox.listbox} onKeyDown={(event) => walk(event, onOpen)}>
          {found.map((approval) => (
            <RequestRow
              key={approval.id}
              approval={approval}
              gateway={gateway}
              isSelected={approval.id === id}
              isStop={approval.id === stop}
            />
          ))}
        </ul>
        {found.length === 0 && query !== "" && <p className={css.none}>{words.inbox.none}</p>}
      </div>
      <div className={css.foot}>
        <GatewayClock gateway={gateway} />
        <DenyAll shown={found} />
      </div>
    </section>
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
        onChange={(event) => selection.search(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          selection.search("");
          event.currentTarget.blur();
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}

function GatewayClock({ gateway }: { readonly gateway: ConsoleState["gateway"] }) {
  const nowMs = useStore(useModel().clock);
  return <span className={css.clock}>{words.inbox.clock(clockSeconds(gatewayTime(gateway, nowMs)))}</span>;
}

/** Arrows, Home and End move within a focused list; Enter opens. Rows choose themselves when they get the focus. */
function walk(event: KeyboardEvent<HTMLElement>, onOpen: () => void): void {
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=option]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (event.key === "Enter") onOpen();
  else if (to === undefined || at < 0) return;
  else rows[to]?.focus();
  event.preventDefault();
}
