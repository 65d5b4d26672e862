import { counted } from "../../shared/audit-activity.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Icon } from "../parts/Icon.tsx";
import { OutsideLine } from "../parts/Outside.tsx";
import { moment } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import { kindWord } from "./kind-word.ts";
import type { Range } from "./ranges.ts";
import css from "./Search.module.css";
import { factNames, type FactName, type Sought } from "./sought.ts";

/** All that narrows the search, each with a way to take it away. */
export function Chips({ sought: { wanted, names } }: { readonly sought: Sought }) {
  const { search } = useModel();
  const { text, facts, range } = wanted;
  const set = factNames.flatMap((name) => (facts[name] === undefined ? [] : [[name, facts[name]] as const]));
  const isEmpty = set.length === 0 && range.is === "any" && text === "";
  if (isEmpty) return null;
  return (
    <div className={css.chips} role="group" aria-label={words.search.chips}>
      {text !== "" && (
        <Chip name={words.search.words} value={text} onRemove={() => search.ask({ ...wanted, text: "" })} />
      )}
      {set.map(([name, value]) => (
        <Chip
          key={name}
          name={words.search.names[name]}
          value={shown(name, value, names)}
          onRemove={() => search.widen(name)}
        />
      ))}
      {range.is !== "any" && (
        <Chip name={null} value={rangeText(range)} onRemove={() => search.within({ is: "any" })} />
      )}
      <Button look="link" size="small" onClick={search.clear}>
        {words.search.clear}
      </Button>
    </div>
  );
}

interface ChipProps {
  readonly name: string | null;
  readonly value: string;
  readonly onRemove: () => void;
}

function Chip({ name, value, onRemove }: ChipProps) {
  const said = name === null ? spoken(value, 60) : `${name} ${spoken(value, 60)}`;
  return (
    <span className={css.chip}>
      {name !== null && <span className={css.what}>{name}</span>}
      <OutsideLine text={value} look={name === null ? "plain" : "code"} />
      <button type="button" aria-label={words.search.remove(said)} onClick={onRemove}>
        <Icon name="cross" size={12} />
      </button>
    </span>
  );
}

function shown(name: FactName, value: string, names: Sought["names"]): string {
  // Principals are looked for by their ids where those are known, and told by name.
  if (name === "person" || name === "service") return names[value] ?? value;
  if (name === "kind") return kindWord(value);
  const as = name === "counted" ? counted.safeParse(value) : null;
  return as?.success ? words.search.counted[as.data] : value;
}

function rangeText(range: Range): string {
  if (range.is !== "own") return words.search.ranges[range.is];
  return words.search.ownRange(
    range.from === "" ? words.search.openBegin : fieldMoment(range.from),
    range.to === "" ? words.search.openEnd : fieldMoment(range.to),
  );
}

function fieldMoment(text: string): string {
  return moment(new Date(text).getTime(), Date.now());
}
