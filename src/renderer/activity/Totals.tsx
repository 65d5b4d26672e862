import type { Activity, Counted } from "../../shared/audit-activity.ts";
import { words } from "../words.ts";
import css from "./Activity.module.css";
import { figureNames } from "./drawn.ts";
import type { Period } from "./periods.ts";

interface TotalsProps {
  readonly figures: Activity;
  readonly period: Period;
  readonly onOpen: (figure: Counted) => void;
}

/** What all of it comes to, against the period of the same length before; each opens its entries. */
export function Totals({ figures: { total, before }, period, onOpen }: TotalsProps) {
  return (
    <ul className={css.totals}>
      {figureNames.map((name) => (
        <li key={name}>
          <button type="button" className={css.total} disabled={total[name] === 0} onClick={() => onOpen(name)}>
            <span className={css.name}>
              <i className={`${css.key} ${css[name]}`} />
              {words.activity.figures[name]}
            </span>
            <b>{total[name].toLocaleString("en")}</b>
            <span className={css.change}>
              {words.activity.change(total[name], before[name], words.activity.shortBefore[period])}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
