import type { HistoryFigures, HistoryKind } from "../../shared/history.ts";
import { useModel } from "../model.ts";
import { useStore } from "../store.ts";
import { dayName } from "../times.ts";
import { words } from "../words.ts";
import { lasted } from "../words/history.ts";
import css from "./History.module.css";

interface FiguresProps {
  readonly figures: HistoryFigures | null;
  readonly kind: HistoryKind;
}

const [barPx, stepPx, heightPx] = [12, 20, 50] as const;
const dayMs = 86_400_000;

/** The last fourteen days: a bar a day, and what they come to. */
export function Figures({ figures, kind }: FiguresProps) {
  if (figures === null) return null;
  const { total, typicalMs } = figures;
  return (
    <>
      <Bars figures={figures} />
      <dl className={css.figures}>
        <Figure name={words.history.approved} look={css.approved} value={total.approved} />
        <Figure name={words.history.denied} look={css.denied} value={total.denied} />
        {kind === "request" && <Figure name={words.history.expired} look={css.expired} value={total.expired} />}
        {typicalMs !== null && <Figure name={words.history.typical[kind]} value={lasted(typicalMs)} />}
      </dl>
    </>
  );
}

interface FigureProps {
  readonly name: string;
  readonly look?: string | undefined;
  readonly value: number | string;
}

function Figure({ name, look, value }: FigureProps) {
  return (
    <div>
      <dt>
        {look !== undefined && <i className={`${css.key} ${look}`} />}
        {name}
      </dt>
      <dd>{typeof value === "number" ? value.toLocaleString("en") : value}</dd>
    </div>
  );
}

function Bars({ figures: { days, total } }: { readonly figures: HistoryFigures }) {
  const most = Math.max(1, ...days.map(({ approved, denied, expired }) => approved + denied + expired));
  const width = (days.length - 1) * stepPx + barPx;
  const today = useStore(useModel().clock);
  return (
    <svg
      className={css.chart}
      width={width}
      height={heightPx + 18}
      viewBox={`0 0 ${width} ${heightPx + 18}`}
      role="img"
      aria-label={words.history.figures(total)}
    >
      {days.map((day, index) => (
        // Days keep their order, so the place is the key.
        <Bar key={index} day={day} x={index * stepPx} scale={heightPx / most} />
      ))}
      <path d={`M0 ${heightPx + 2.5}H${width}`} className={css.axis} />
      <text x={0} y={heightPx + 16}>
        {dayName(today - (days.length - 1) * dayMs)}
      </text>
      <text x={width} y={heightPx + 16} textAnchor="end">
        {dayName(today)}
      </text>
    </svg>
  );
}

interface BarProps {
  readonly day: HistoryFigures["total"];
  readonly x: number;
  /** Pixels for one. */
  readonly scale: number;
}

function Bar({ day, x, scale }: BarProps) {
  const { approved, denied, expired } = day;
  const pieces = [
    { look: css.approved, from: 0, to: approved },
    { look: css.denied, from: approved, to: approved + denied },
    { look: css.expired, from: approved + denied, to: approved + denied + expired },
  ];
  return pieces.map(({ look, from, to }) => {
    // A pixel of air parts the pieces; what is there is seen, however little it is.
    const height = Math.max(1, (to - from) * scale - 1);
    return (
      to > from && <rect key={look} className={look} x={x} y={heightPx - to * scale} width={barPx} height={height} />
    );
  });
}
