import { flushSync } from "react-dom";
import type { ConsoleState } from "../../shared/console.ts";
import panes from "../inbox/panes.module.css";
import { useShortcuts } from "../inbox/shortcuts.ts";
import { useModel } from "../model.ts";
import { Blank } from "../parts/Blank.tsx";
import { ownRequests } from "../selection.ts";
import { Loading } from "../session/Loading.tsx";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import { chosenOf } from "./own-choice.ts";
import { OwnDetail } from "./OwnDetail.tsx";
import { OwnList } from "./OwnList.tsx";

interface MyRequestsProps {
  readonly state: ConsoleState;
  readonly isLinked: boolean;
}

/** One's own held calls, live: nobody decides on their own, so this page tells, and lets them be withdrawn. */
export function MyRequests({ state, isLinked }: MyRequestsProps) {
  const model = useModel();
  const choice = useStore(model.own);
  const own = ownRequests(state);
  const shown = chosenOf(own, choice);
  const move = (by: number) => {
    const next = own[own.findIndex(({ id }) => id === shown?.id) + by];
    if (next) model.own.set({ ...choice, id: next.id });
  };
  useShortcuts({
    j: shown && (() => move(1)),
    k: shown && (() => move(-1)),
    enter:
      shown &&
      (() => {
        flushSync(() => model.own.set({ id: shown.id, isOpen: true }));
        document.getElementById("own-title")?.focus();
      }),
    escape: () => model.own.set({ ...choice, isOpen: false }),
  });
  if (shown === undefined) return <Nothing link={state.gateway.link} />;
  return (
    <main
      className={panes.panes}
      data-open={choice.isOpen ? "" : undefined}
      data-rest="#own-title, [role=option][tabindex='0']"
    >
      <OwnList own={own} chosen={shown.id} gateway={state.gateway} />
      <OwnDetail key={shown.id} approval={shown} state={state} isLinked={isLinked} />
    </main>
  );
}

function Nothing({ link }: { readonly link: ConsoleState["gateway"]["link"] }) {
  if (link === "connecting") return <Loading />;
  return (
    <main className={panes.alone}>
      <Blank title={words.requests.emptyTitle}>
        <p>{link === "online" ? words.requests.empty : words.requests.emptyOffline}</p>
      </Blank>
    </main>
  );
}
