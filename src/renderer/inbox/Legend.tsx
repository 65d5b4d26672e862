import type { MaskedPayload } from "../../shared/approval.ts";
import { Outside } from "../parts/Outside.tsx";
import { countAlike, countUnseen } from "../visible-text.ts";
import { words } from "../words.ts";
import { maskCounts, masksOutside, type PayloadRow } from "./payload-rows.ts";
import css from "./Payload.module.css";
import { kindWord } from "./TreeRow.tsx";

interface LegendProps {
  readonly payload: MaskedPayload;
  readonly rows: readonly PayloadRow[];
}

/** How many values are hidden and as what: the console always says so (rule 3). */
export function Legend({ payload, rows }: LegendProps) {
  const counts = [...maskCounts(payload.hidden)];
  const outside = masksOutside(payload);
  const kinds = counts.map(([kind, n]) => words.payload.hiddenKind(kindWord(kind), n)).join(", ");
  const hasOdd = rows.some(
    ({ name, value }) => countUnseen(String(name ?? "")) + (value.kind === "string" ? countUnseen(value.text) : 0) > 0,
  );
  const hasAlike = rows.some(
    ({ name, value }) => countAlike(String(name ?? "")) + (value.kind === "string" ? countAlike(value.text) : 0) > 0,
  );
  return (
    <div className={css.legend}>
      {counts.length === 0 ? (
        <span>{words.payload.nothing}</span>
      ) : (
        <span>
          <span className={css.mask} aria-hidden="true">
            ••••
          </span>
          {words.payload.hidden(payload.hidden.length, kinds)}
        </span>
      )}
      {hasOdd && (
        <span>
          <span className={css.sample} aria-hidden="true">
            U+
          </span>
          {words.payload.legendOdd}
        </span>
      )}
      {hasAlike && (
        <span>
          <span className={css.sample} aria-hidden="true">
            а U+
          </span>
          {words.payload.legendAlike}
        </span>
      )}
      {outside.length > 0 && (
        <span>
          {words.payload.outside}
          <Outside text={outside.map(({ path }) => path.join(".")).join(", ")} look="code" />
        </span>
      )}
    </div>
  );
}
