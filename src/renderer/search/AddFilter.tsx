import { useId, useState, type FormEvent } from "react";
import { risk as risks } from "../../shared/approval.ts";
import { counted } from "../../shared/audit-activity.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { entryKind } from "../../shared/entry-kind.ts";
import menu from "../frame/TitleBar.module.css";
import past from "../history/History.module.css";
import { useModel } from "../model.ts";
import { classes } from "../parts/class-names.ts";
import { words } from "../words.ts";
import { kindWord } from "./kind-word.ts";
import css from "./Search.module.css";
import { factNames, type FactName, type Sought } from "./sought.ts";

interface AddFilterProps {
  readonly sought: Sought;
  readonly state: ConsoleState;
}

/** One more filter: by what, and the value, with what was found so far to choose from. */
export function AddFilter({ sought, state }: AddFilterProps) {
  const { search } = useModel();
  const [name, setName] = useState<FactName>("tool");
  const [value, setValue] = useState("");
  const add = (event: FormEvent) => {
    event.preventDefault();
    const said = value.trim();
    if (said === "") return;
    document.getElementById("search-add")?.hidePopover();
    setValue("");
    search.narrow(name, said);
  };
  return (
    <>
      <button type="button" className={past.open} popoverTarget="search-add">
        {words.search.add}
      </button>
      <section
        id="search-add"
        popover="auto"
        className={classes(menu.menu, past.below)}
        aria-label={words.search.addTitle}
      >
        <h2>{words.search.addTitle}</h2>
        <form className={css.form} onSubmit={add}>
          <select
            className={past.select}
            aria-label={words.search.addWhat}
            value={name}
            onChange={({ target }) => {
              setName(factNames.find((each) => each === target.value) ?? "tool");
              setValue("");
            }}
          >
            {factNames.map((each) => (
              <option key={each} value={each}>
                {words.search.names[each]}
              </option>
            ))}
          </select>
          <ValueField name={name} value={value} onValue={setValue} known={knownValues(name, sought, state)} />
          <span>
            <button type="submit" className={past.open} disabled={value.trim() === ""}>
              {words.search.addButton}
            </button>
          </span>
        </form>
      </section>
    </>
  );
}

interface ValueFieldProps {
  readonly name: FactName;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly known: readonly string[];
}

const closed: Partial<Record<FactName, readonly (readonly [string, string])[]>> = {
  risk: risks.options.map((each) => [each, words.risk[each]]),
  counted: counted.options.map((each) => [each, words.search.counted[each]]),
  kind: entryKind.options.map((each) => [each, kindWord(each)]),
};

function ValueField({ name, value, onValue, known }: ValueFieldProps) {
  const id = useId();
  const options = closed[name];
  if (options !== undefined)
    return (
      <select
        className={past.select}
        aria-label={words.search.addValue}
        value={value}
        onChange={({ target }) => onValue(target.value)}
      >
        <option value="">…</option>
        {options.map(([each, said]) => (
          <option key={each} value={each}>
            {said}
          </option>
        ))}
      </select>
    );
  return (
    <>
      <input
        className={past.select}
        aria-label={words.search.addValue}
        list={id}
        maxLength={200}
        autoComplete="off"
        value={value}
        onChange={({ target }) => onValue(target.value)}
      />
      <datalist id={id}>
        {known.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </>
  );
}

/** What of this is in sight already. */
function knownValues(name: FactName, { lines, names }: Sought, { connections }: ConsoleState): readonly string[] {
  const inLines = lines.map(({ kind, facts }) => {
    if (name === "kind") return kind;
    if (name === "counted") return null;
    if (name !== "person" && name !== "service") return facts[name];
    const isIt = facts.principalKind === (name === "person" ? "user" : "service");
    return isIt && facts.principal !== null ? (names[facts.principal] ?? facts.name) : null;
  });
  const all = name === "connection" ? [...connections.map((each) => each.name), ...inLines] : inLines;
  return [...new Set(all)].filter((each) => each !== null).slice(0, 50);
}
