import { useEffect, useState } from "react";
import { activityBy, type Activity as Figures, type Counted } from "../../shared/audit-activity.ts";
import type { ConsoleState } from "../../shared/console.ts";
import past from "../history/History.module.css";
import payload from "../inbox/Payload.module.css";
import { useModel } from "../model.ts";
import { Band } from "../parts/Band.tsx";
import { Button } from "../parts/Button.tsx";
import page from "../parts/page.module.css";
import { Reading } from "../parts/Reading.tsx";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import css from "./Activity.module.css";
import { allOf, entriesOf, nameOf, rowId } from "./drawn.ts";
import { Lanes } from "./Lanes.tsx";
import { periods } from "./periods.ts";
import { RowTable } from "./RowTable.tsx";
import { StepTable } from "./StepTable.tsx";
import { Totals } from "./Totals.tsx";

const looks = ["chart", "table"] as const;

interface ActivityProps {
  readonly state: ConsoleState;
  readonly isLinked: boolean;
}

/** What went on, for an auditor: calls, holds, denials and masked fields over time, by connection, person or tool; each figure opens its entries. */
export function Activity({ state, isLinked }: ActivityProps) {
  const { activity } = useModel();
  const { got, at, error } = useStore(activity.counted);
  const isReached = isLinked && state.gateway.link === "online";
  useEffect(() => {
    if (isReached) activity.again();
  }, [activity, isReached]);
  return (
    <main className={page.page}>
      <Head />
      {!isReached && <p className={past.note}>{words.activity.offline}</p>}
      {at === "failed" && isReached && (
        <Band tone="bad" icon="fail" action={<Again />}>
          {words.activity.failed} {wording(error?.code ?? "internal")}
        </Band>
      )}
      {got !== null && <Figured figures={got.activity} gateway={state.gateway} />}
      {got === null && at === "reading" && <Reading says={words.activity.loading} />}
    </main>
  );
}

function Again() {
  const { activity } = useModel();
  return (
    <Button size="small" onClick={activity.again}>
      {words.activity.again}
    </Button>
  );
}

function Head() {
  const { activity } = useModel();
  const { by, period } = useStore(activity.counted);
  return (
    <div className={page.head}>
      <h1 id="activity-title">{words.activity.title}</h1>
      <div className={payload.switch} role="group" aria-label={words.activity.by}>
        {activityBy.options.map((each) => (
          <button key={each} type="button" aria-pressed={by === each} onClick={() => activity.ask({ by: each })}>
            {words.activity.bys[each]}
          </button>
        ))}
      </div>
      <select
        className={past.select}
        aria-label={words.activity.period}
        value={period}
        onChange={({ target }) => activity.ask({ period: periods.find((each) => each === target.value) ?? "week" })}
      >
        {periods.map((each) => (
          <option key={each} value={each}>
            {words.activity.periods[each]}
          </option>
        ))}
      </select>
    </div>
  );
}

interface FiguredProps {
  readonly figures: Figures;
  readonly gateway: ConsoleState["gateway"];
}

function Figured({ figures, gateway }: FiguredProps) {
  const { activity, search, page: shown } = useModel();
  const { got, only } = useStore(activity.counted);
  const [look, setLook] = useState<(typeof looks)[number]>("chart");
  if (got === null) return null;
  const row = figures.rows.find((each) => rowId(each) === only) ?? null;
  const open = (figure: Counted, step: number | null, of = row) => {
    search.ask(entriesOf(figures, { by: got.by, row: of, figure, step }, gateway));
    shown.set("search");
  };
  const drawn = row ?? allOf(figures);
  const Steps = look === "chart" ? Lanes : StepTable;
  return (
    <>
      {figures.indexed < figures.entries && (
        <Band tone="warn" icon="clock" action={<Again />}>
          {words.activity.indexing(figures.indexed, figures.entries)}
        </Band>
      )}
      <Totals figures={figures} period={got.period} onOpen={(figure) => open(figure, null, null)} />
      <div className={css.over}>
        <h2>{row === null ? words.activity.all : nameOf(row)}</h2>
        {row !== null && (
          <Button look="link" size="small" onClick={() => activity.draw(null)}>
            {words.activity.everything}
          </Button>
        )}
        <div className={payload.switch} role="group" aria-label={words.activity.look}>
          {looks.map((each) => (
            <button key={each} type="button" aria-pressed={look === each} onClick={() => setLook(each)}>
              {words.activity.looks[each]}
            </button>
          ))}
        </div>
      </div>
      <Steps
        figures={figures}
        steps={drawn.steps}
        of={row === null ? null : nameOf(row)}
        gateway={gateway}
        onOpen={(figure, step) => open(figure, step)}
      />
      <RowTable figures={figures} by={got.by} onOpen={(figure, of) => open(figure, null, of)} />
      <p className={past.note}>{words.activity.note}</p>
    </>
  );
}
