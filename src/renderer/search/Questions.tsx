import { useEffect, useId, useState, type FormEvent } from "react";
import type { ActivityRow } from "../../shared/audit-activity.ts";
import { rowId } from "../activity/drawn.ts";
import past from "../history/History.module.css";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { OutsideLine } from "../parts/Outside.tsx";
import { words } from "../words.ts";
import { dayField, dayRange } from "./ranges.ts";
import css from "./Search.module.css";
import type { Suggested, Wanted } from "./sought.ts";

interface QuestionsProps {
  readonly suggested: Suggested;
  readonly isReached: boolean;
}

/** What an investigator asks first, each a press away for what was used most of late. */
export function Questions({ suggested, isReached }: QuestionsProps) {
  const { search } = useModel();
  useEffect(() => {
    if (isReached) search.suggest();
  }, [search, isReached]);
  return (
    <div className={css.questions}>
      <h2>{words.search.questionsTitle}</h2>
      <p className={past.sub}>{words.search.questionsWhy}</p>
      <Question title={words.search.usedTool} field={words.search.tool} rows={suggested.tools} factsFor={usesOf} />
      <Question
        title={words.search.returned}
        field={words.search.service_}
        rows={suggested.services}
        factsFor={answersTo}
      />
      <p>
        <Button disabled={!isReached} onClick={() => search.ask({})}>
          {words.search.newest}
        </Button>
      </p>
    </div>
  );
}

type FactsFor = (value: string, row: ActivityRow | null) => Wanted["facts"];

const usesOf: FactsFor = (tool, row) => {
  const connection = row?.connection ?? null;
  return { tool, ...(connection === null ? {} : { connection }), counted: "calls" };
};
const answersTo: FactsFor = (service) => ({ service, kind: "call.response" });

interface QuestionProps {
  readonly title: string;
  readonly field: string;
  readonly rows: readonly ActivityRow[];
  readonly factsFor: FactsFor;
}

function Question({ title, field, rows, factsFor }: QuestionProps) {
  const { search } = useModel();
  const id = useId();
  const [value, setValue] = useState("");
  const [day, setDay] = useState(() => dayField(Date.now()));
  const ask = (said: string, row: ActivityRow | null) => {
    if (said !== "") search.ask({ facts: factsFor(said, row), range: dayRange(day) });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask(value.trim(), null);
  };
  return (
    <form className={css.question} aria-labelledby={id} onSubmit={submit}>
      <h3 id={id}>{title}</h3>
      <label>
        {words.search.day}
        <input type="date" className={past.select} value={day} onChange={({ target }) => setDay(target.value)} />
      </label>
      <label>
        {field}
        <input
          className={past.select}
          value={value}
          maxLength={200}
          autoComplete="off"
          onChange={({ target }) => setValue(target.value)}
        />
      </label>
      <button type="submit" className={past.open} disabled={value.trim() === ""}>
        {words.search.show}
      </button>
      {rows.length > 0 && (
        <div className={css.suggested}>
          {words.search.suggested}
          {rows.map((row) => (
            <Button key={rowId(row)} size="small" onClick={() => ask(row.key, row)}>
              <OutsideLine text={row.name ?? row.key} look={row.name === null ? "code" : "plain"} />
              {row.connection !== null && (
                <span className={css.what}>
                  <OutsideLine text={row.connection} />
                </span>
              )}
            </Button>
          ))}
        </div>
      )}
    </form>
  );
}
