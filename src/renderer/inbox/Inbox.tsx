import { flushSync } from "react-dom";
import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { Blank } from "../parts/Blank.tsx";
import { Button } from "../parts/Button.tsx";
import { Loading } from "../session/Loading.tsx";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import { useLooking } from "./looking.ts";
import { pendingFor, waitingFor } from "./listed.ts";
import css from "./panes.module.css";
import { RequestDetail } from "./RequestDetail.tsx";
import { RequestList } from "./RequestList.tsx";
import { useShortcuts } from "./shortcuts.ts";

interface InboxProps {
  readonly state: ConsoleState;
  readonly isLinked: boolean;
  /** When the owner last spoke, by this machine's clock. */
  readonly lastAtMs: number;
}

/** What waits for this person, and one request to read and decide. */
export function Inbox({ state, isLinked, lastAtMs }: InboxProps) {
  const { selection } = useModel();
  const chosen = useStore(selection.chosen);
  const shown = state.approvals.find(({ id, relation }) => id === chosen.id && relation !== "requester");
  useLooking(shown?.state === "pending" ? shown.id : null);
  const isEmpty = chosen.filter.whose === "mine" && waitingFor(state).length === 0;
  const open = () => {
    const { id } = selection.chosen.get();
    // Drawn at once, so that the title is there to take the focus.
    if (id !== null) flushSync(() => selection.open(id));
    focus("request-title");
  };
  useShortcuts({
    j: isEmpty ? undefined : () => selection.move(state, 1),
    k: isEmpty ? undefined : () => selection.move(state, -1),
    enter: shown && open,
    "/": isEmpty && !shown ? undefined : () => focus("search"),
    escape: () => selection.back(),
  });
  if (isEmpty && !shown) return <Nothing state={state} />;
  return (
    <main
      className={css.panes}
      data-open={chosen.isOpen && shown ? "" : undefined}
      data-rest="#request-title, [role=option][tabindex='0']"
    >
      <RequestList state={state} onOpen={open} />
      {shown ? (
        <RequestDetail key={shown.id} approval={shown} state={state} isLinked={isLinked} lastAtMs={lastAtMs} />
      ) : (
        <section className={css.detail}>
          <p className={css.none}>{words.inbox.allClear}</p>
        </section>
      )}
    </main>
  );
}

function Nothing({ state }: { readonly state: ConsoleState }) {
  const { selection, bridge } = useModel();
  const { gateway } = state;
  const others = pendingFor(state).length;
  const online = bridge.desktop === undefined ? words.inbox.emptyInBrowser : words.inbox.empty;
  if (gateway.link === "connecting") return <Loading />;
  return (
    <main className={css.alone}>
      <Blank art={<Tray />} title={words.inbox.emptyTitle}>
        <p>{gateway.link === "online" ? online : words.inbox.emptyOffline}</p>
        {others > 0 && (
          <p>
            <Button look="link" onClick={() => selection.seek({ whose: "all" })}>
              {words.inbox.others(others)}
            </Button>
          </p>
        )}
      </Blank>
    </main>
  );
}

function Tray() {
  const line = { stroke: "currentColor", strokeWidth: 2, strokeLinecap: "round", strokeLinejoin: "round" } as const;
  return (
    <svg width="40" height="40" viewBox="0 0 40 40" fill="none" aria-hidden="true" {...line}>
      <path d="M5 23 10 8h20l5 15v9H5Z" />
      <path d="M5 23h9c0 3 2.5 5 6 5s6-2 6-5h9" />
    </svg>
  );
}

/** At once: what is typed next belongs to the field, and must not act as a key. */
function focus(id: string): void {
  document.getElementById(id)?.focus();
}
