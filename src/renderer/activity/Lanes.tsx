import { useCallback, useState } from "react";
import type { Activity, ActivityRow, Counted } from "../../shared/audit-activity.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { words } from "../words.ts";
import css from "./Activity.module.css";
import { figureNames, stepName } from "./drawn.ts";
import { Lane } from "./Lane.tsx";

export interface StepsProps {
  readonly figures: Activity;
  readonly steps: ActivityRow["steps"];
  /** Whose they are; null: everybody's. */
  readonly of: string | null;
  readonly gateway: ConsoleState["gateway"];
  readonly onOpen: (figure: Counted, step: number) => void;
}

/** The least that a bar has to be pressed on; narrower windows scroll. */
const leastPx = 24;
const heights = { calls: 96, held: 52, denied: 52, masked: 52 } as const;

/** A lane for each figure, over one axis of time: told apart by where they stand, and by shape, before colour. */
export function Lanes({ figures, steps, of, gateway, onOpen }: StepsProps) {
  const [width, setWidth] = useState(760);
  const ref = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const watcher = new ResizeObserver(() => setWidth(element.clientWidth));
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  const stepPx = Math.max(leastPx, Math.floor(width / Math.max(1, steps.length)));
  const names = steps.map((_step, at) => stepName(figures, at, gateway));
  return (
    <div className={css.lanes}>
      <div className={css.labels}>
        {figureNames.map((name, at) => (
          <div key={name} style={{ height: heights[name] }}>
            <span>
              <i className={`${css.key} ${css[name]}`} />
              {words.activity.figures[name]}
            </span>
            <small>{words.activity.most(mostOf(steps, at))}</small>
          </div>
        ))}
      </div>
      <div className={css.scroll} ref={ref}>
        {figureNames.map((name, at) => (
          <Lane
            key={name}
            figure={name}
            values={steps.map((step) => step[at] ?? 0)}
            names={names}
            of={of}
            step={figures.stepMs < 86_400_000 ? "hour" : "day"}
            stepPx={stepPx}
            heightPx={heights[name]}
            onOpen={(step) => onOpen(name, step)}
          />
        ))}
        <Axis names={names} stepPx={stepPx} />
      </div>
    </div>
  );
}

function mostOf(steps: ActivityRow["steps"], at: number): number {
  return Math.max(0, ...steps.map((step) => step[at] ?? 0));
}

/** So much room a name of a step needs. */
const namePx = 44;

function Axis({ names, stepPx }: { readonly names: readonly string[]; readonly stepPx: number }) {
  const every = Math.ceil(namePx / stepPx);
  return (
    <svg className={css.axis} width={names.length * stepPx} height={20} aria-hidden="true">
      {names.map(
        (name, at) =>
          at % every === 0 && (
            <text key={name} x={(at + 0.5) * stepPx} y={14} textAnchor="middle">
              {name}
            </text>
          ),
      )}
    </svg>
  );
}
