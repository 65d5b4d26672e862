import { useMemo } from "react";
import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { useStore } from "../store.ts";
import { clockSeconds, gatewayTime } from "../times.ts";
import { words } from "../words.ts";
import { DenyAll } from "./DenyAll.tsx";
import { isNarrowed } from "./filter.ts";
import { listed, pendingFor, waitingFor } from "./listed.ts";
import panes from "./panes.module.css";
import css from "./RequestList.module.css";
import { RequestRows } from "./RequestRows.tsx";
import { SearchAndFilters } from "./SearchAndFilters.tsx";

interface RequestListProps {
  readonly state: ConsoleState;
  readonly onOpen: () => void;
}

/** The requests that wait, soonest expiry first. */
export function RequestList({ state, onOpen }: RequestListProps) {
  const { selection } = useModel();
  const chosen = useStore(selection.chosen);
  const list = listed(state, chosen);
  const deniable = useMemo(() => list.filter(mayDeny), [list]);
  return (
    <section className={panes.list} aria-label={words.inbox.list}>
      <div className={css.head}>
        <SearchAndFilters filter={chosen.filter} pending={pendingFor(state)} />
        <Note list={list} state={state} />
      </div>
      {list.length > 0 ? (
        <RequestRows list={list} state={state} onOpen={onOpen} />
      ) : (
        <p className={css.none}>{isNarrowed(chosen.filter) || chosen.filter.query !== "" ? words.inbox.none : ""}</p>
      )}
      <div className={css.foot} data-rest="button">
        <GatewayClock gateway={state.gateway} />
        <DenyAll shown={deniable} />
      </div>
    </section>
  );
}

function Note({ list, state }: { readonly list: readonly ApprovalView[]; readonly state: ConsoleState }) {
  const { filter, held } = useStore(useModel().selection.chosen);
  const waiting = waitingFor(state).length;
  const isWhole = filter.query === "" && filter.risk === null && filter.connection === null;
  const all = filter.whose === "mine" ? waiting : pendingFor(state).length;
  const found = held === null ? list.length : list.filter((approval) => approval.state === "pending").length;
  const fresh = useMemo(() => newIn(list, held), [list, held]);
  return (
    <div className={css.note}>
      <span role={isWhole ? undefined : "status"}>
        {!isWhole && words.inbox.noteFound(found, all)}
        {isWhole && (filter.whose === "mine" ? words.inbox.note(waiting) : words.inbox.noteAll(all, waiting))}
      </span>
      <span>{fresh > 0 ? words.inbox.fresh(fresh) : list.length > 0 && words.inbox.order}</span>
    </div>
  );
}

/** How many came since the order was held. */
function newIn(list: readonly ApprovalView[], held: readonly string[] | null): number {
  if (held === null) return 0;
  const before = new Set(held);
  return list.filter(({ id }) => !before.has(id)).length;
}

function GatewayClock({ gateway }: { readonly gateway: ConsoleState["gateway"] }) {
  const nowMs = useStore(useModel().clock);
  return <span className={css.clock}>{words.inbox.clock(clockSeconds(gatewayTime(gateway, nowMs)))}</span>;
}

function mayDeny({ state, standing }: ApprovalView): boolean {
  return state === "pending" && (standing === "decide" || standing === "deny");
}
