import { useEffect } from "react";
import type { ConsoleState } from "../../shared/console.ts";
import { useShortcuts } from "../inbox/shortcuts.ts";
import { useModel } from "../model.ts";
import { Band } from "../parts/Band.tsx";
import { Button } from "../parts/Button.tsx";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import { Figures } from "./Figures.tsx";
import css from "./History.module.css";
import { HistoryDetail } from "./HistoryDetail.tsx";
import { Filters, HistoryHead } from "./HistoryHead.tsx";
import { HistoryTable } from "./HistoryTable.tsx";

interface HistoryProps {
  readonly state: ConsoleState;
  readonly isLinked: boolean;
}

/** What this person has decided, and what they have asked for: searched, read and exported. */
export function History({ state, isLinked }: HistoryProps) {
  const { history } = useModel();
  const past = useStore(history.past);
  const isReached = isLinked && state.gateway.link === "online";
  useEffect(() => history.visit(), [history]);
  useShortcuts({
    "/": () => document.getElementById("search")?.focus(),
    escape: () => history.back(),
  });
  return (
    <main className={css.panes} data-open={past.chosen?.isOpen ? "" : undefined}>
      <section className={css.page} aria-labelledby="history-title">
        <HistoryHead past={past} isReached={isReached} />
        <div className={css.activity}>
          <Figures figures={past.figures} kind={past.filter.kind} />
          <Filters filter={past.filter} />
        </div>
        {past.at === "failed" && isReached && <Failed code={past.error?.code ?? "internal"} />}
        {!isReached && <p className={css.note}>{words.history.offline}</p>}
        <HistoryTable past={past} gateway={state.gateway} />
      </section>
      <HistoryDetail past={past} state={state} isLinked={isLinked} />
    </main>
  );
}

function Failed({ code }: { readonly code: Parameters<typeof wording>[0] }) {
  const { history } = useModel();
  return (
    <Band
      tone="bad"
      icon="fail"
      action={
        <Button size="small" onClick={history.again}>
          {words.history.again}
        </Button>
      }
    >
      {words.history.failed} {wording(code)}
    </Band>
  );
}
