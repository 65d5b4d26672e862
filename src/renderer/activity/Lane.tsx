import { useState, type KeyboardEvent } from "react";
import type { Counted } from "../../shared/audit-activity.ts";
import { words } from "../words.ts";
import css from "./Activity.module.css";

interface LaneProps {
  readonly figure: Counted;
  readonly values: readonly number[];
  /** When each step began. */
  readonly names: readonly string[];
  readonly of: string | null;
  readonly step: "hour" | "day";
  readonly stepPx: number;
  readonly heightPx: number;
  readonly onOpen: (step: number) => void;
}

const [headPx, mostBarPx] = [16, 56] as const;
/** So much room a figure above its bar needs. */
const figurePx = 30;
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** The bars of one figure; arrows move between those that are any, and each opens its entries. */
export function Lane({ figure, values, names, of, step, stepPx, heightPx, onOpen }: LaneProps) {
  const [stop, setStop] = useState(0);
  const most = Math.max(1, ...values);
  const any = values.flatMap((value, at) => (value > 0 ? [at] : []));
  const reached = any.includes(stop) ? stop : any[0];
  const width = values.length * stepPx;
  return (
    <svg
      className={css.lane}
      width={width}
      height={heightPx}
      role="toolbar"
      aria-label={words.activity.lane(words.activity.figures[figure], words.activity.steps[step])}
      onKeyDown={walk}
    >
      {any.map((at) => {
        const value = values[at] ?? 0;
        const barPx = Math.max(2, ((heightPx - headPx - 1) * value) / most);
        const wide = Math.min(mostBarPx, stepPx - 6);
        const top = heightPx - 1 - barPx;
        return (
          <g
            key={at}
            className={css.bar}
            role="button"
            tabIndex={at === reached ? 0 : -1}
            aria-label={words.activity.bar(names[at] ?? "", words.activity.of[figure](value), of)}
            data-bar=""
            onFocus={() => setStop(at)}
            onClick={() => onOpen(at)}
          >
            <rect className={css.hit} x={at * stepPx + 1} y={1} width={stepPx - 2} height={heightPx - 2} rx={3} />
            <rect
              className={css[figure]}
              x={(at + 0.5) * stepPx - wide / 2 + 0.5}
              y={top + 0.5}
              width={wide - 1}
              height={barPx - 1}
            />
            {stepPx >= figurePx && (
              <text x={(at + 0.5) * stepPx} y={top - 4} textAnchor="middle">
                {short.format(value)}
              </text>
            )}
          </g>
        );
      })}
      <path className={css.ground} d={`M0 ${heightPx - 0.5}H${width}`} />
    </svg>
  );
}

function walk(event: KeyboardEvent<SVGElement>): void {
  const bars = [...event.currentTarget.querySelectorAll<SVGGElement>("[data-bar]")];
  const at = bars.findIndex((bar) => bar === document.activeElement);
  if (at < 0) return;
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: bars.length - 1 }[event.key];
  if (event.key === "Enter" || event.key === " ") bars[at]?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  else if (to === undefined) return;
  else bars[to]?.focus();
  event.preventDefault();
}
