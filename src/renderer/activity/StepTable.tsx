import { words } from "../words.ts";
import table from "../parts/table.module.css";
import css from "./Activity.module.css";
import { figureNames, stepName } from "./drawn.ts";
import { Figure } from "./Figure.tsx";
import type { StepsProps } from "./Lanes.tsx";

/** The same figures as the lanes', in words and numbers. */
export function StepTable({ figures, steps, of, gateway, onOpen }: StepsProps) {
  const step = figures.stepMs < 86_400_000 ? "hour" : "day";
  return (
    <div className={table.scroll}>
      <table className={`${table.table} ${css.steps}`}>
        <thead>
          <tr>
            <th>{words.activity.stepColumn[step]}</th>
            {figureNames.map((name) => (
              <th key={name} className={table.number}>
                {words.activity.figures[name]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((values, at) => {
            const when = stepName(figures, at, gateway);
            return (
              <tr key={when}>
                <th scope="row">{when}</th>
                {figureNames.map((name, place) => (
                  <td key={name} className={table.number}>
                    <Figure
                      value={values[place] ?? 0}
                      label={words.activity.bar(when, words.activity.of[name](values[place] ?? 0), of)}
                      onOpen={() => onOpen(name, at)}
                    />
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
