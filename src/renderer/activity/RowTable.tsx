import type { Activity, ActivityBy, ActivityRow, Counted } from "../../shared/audit-activity.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { OutsideLine } from "../parts/Outside.tsx";
import table from "../parts/table.module.css";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import css from "./Activity.module.css";
import { figureNames, nameOf, rowId } from "./drawn.ts";
import { Figure } from "./Figure.tsx";

interface RowTableProps {
  readonly figures: Activity;
  readonly by: ActivityBy;
  readonly onOpen: (figure: Counted, of: ActivityRow) => void;
}

/** Who or what it was, the busiest first: the course of its calls, its figures, and a way to draw it alone. */
export function RowTable({ figures, by, onOpen }: RowTableProps) {
  const { rows, rest, others } = figures;
  if (rows.length === 0)
    return (
      <p className={css.nothing} role="status">
        {words.activity.nothing} {words.activity.nothingNext}
      </p>
    );
  return (
    <div className={table.scroll}>
      <table className={`${table.table} ${css.rows}`} aria-labelledby="activity-title">
        <thead>
          <tr>
            <th>{words.activity.rowColumn[by]}</th>
            <th className={css.course}>{words.activity.course}</th>
            {figureNames.map((name) => (
              <th key={name} className={table.number}>
                {words.activity.figures[name]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={rowId(row)} row={row} onOpen={onOpen} />
          ))}
          {rest !== null && (
            <tr>
              <td>{words.activity.others(others)}</td>
              <td className={css.course}>
                <Course steps={rest.steps} />
              </td>
              {figureNames.map((name) => (
                <td key={name} className={table.number}>
                  {rest.total[name].toLocaleString("en")}
                </td>
              ))}
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly row: ActivityRow;
  readonly onOpen: RowTableProps["onOpen"];
}

function Row({ row, onOpen }: RowProps) {
  const { activity } = useModel();
  const isDrawn = useStore(activity.counted).only === rowId(row);
  const { key, name, connection, principalKind, steps, total } = row;
  return (
    <tr aria-current={isDrawn ? "true" : undefined}>
      <td>
        <Button
          look="link"
          label={words.activity.only(nameOf(row))}
          onClick={() => activity.draw(isDrawn ? null : rowId(row))}
        >
          <OutsideLine
            text={name ?? (key === "" ? words.activity.nobody : key)}
            look={name === null ? "name" : "plain"}
          />
        </Button>
        {connection !== null && (
          <span className={css.on}>
            <OutsideLine text={connection} />
          </span>
        )}
        {principalKind === "service" && <span className={css.on}>{words.activity.service}</span>}
      </td>
      <td className={css.course}>
        <Course steps={steps} />
      </td>
      {figureNames.map((figure) => (
        <td key={figure} className={table.number}>
          <Figure
            value={total[figure]}
            label={words.activity.show(words.activity.of[figure](total[figure]), nameOf(row))}
            onOpen={() => onOpen(figure, row)}
          />
        </td>
      ))}
    </tr>
  );
}

const [widthPx, heightPx] = [160, 20] as const;

/** The course of its calls at a glance; the lanes above have it in figures. */
function Course({ steps }: Pick<ActivityRow, "steps">) {
  const most = Math.max(1, ...steps.map(([calls]) => calls));
  const stepPx = widthPx / Math.max(1, steps.length);
  return (
    <svg width={widthPx} height={heightPx} aria-hidden="true">
      {steps.map(([calls], at) => {
        const barPx = Math.max(1, (calls * heightPx) / most);
        return (
          calls > 0 && (
            // Steps keep their order, so the place is the key.
            <rect
              key={at}
              className={css.calls}
              x={at * stepPx}
              y={heightPx - barPx}
              width={Math.max(1, stepPx - 1)}
              height={barPx}
            />
          )
        );
      })}
    </svg>
  );
}
