import { useId, useState, type FormEvent } from "react";
import type { ConsoleState } from "../../shared/console.ts";
import past from "../history/History.module.css";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { words } from "../words.ts";
import { dayField, dayRange } from "./ranges.ts";
import css from "./Search.module.css";

/** What an investigator asks first, each a press away; nothing is looked at before one is asked. */
export function Questions({ state }: { readonly state: ConsoleState }) {
  const { search } = useModel();
  return (
    <div className={css.questions}>
      <h2>{words.search.questionsTitle}</h2>
      <p className={past.sub}>{words.search.questionsWhy}</p>
      <Question
        title={words.search.usedTool}
        field={words.search.tool}
        onAsk={(tool, range) => search.ask({ facts: { tool, kind: "call.request" }, range })}
      />
      <Question
        title={words.search.returned}
        field={words.search.service_}
        onAsk={(service, range) => search.ask({ facts: { service, kind: "call.response" }, range })}
      />
      <p>
        <Button disabled={state.gateway.link !== "online"} onClick={() => search.ask({})}>
          {words.search.newest}
        </Button>
      </p>
    </div>
  );
}

interface QuestionProps {
  readonly title: string;
  readonly field: string;
  readonly onAsk: (value: string, range: ReturnType<typeof dayRange>) => void;
}

function Question({ title, field, onAsk }: QuestionProps) {
  const id = useId();
  const [value, setValue] = useState("");
  const [day, setDay] = useState(() => dayField(Date.now()));
  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (value.trim() !== "") onAsk(value.trim(), dayRange(day));
  };
  return (
    <form className={css.question} aria-labelledby={id} onSubmit={ask}>
      <h3 id={id}>{title}</h3>
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
      <label>
        {words.search.day}
        <input type="date" className={past.select} value={day} onChange={({ target }) => setDay(target.value)} />
      </label>
      <button type="submit" className={past.open} disabled={value.trim() === ""}>
        {words.search.show}
      </button>
    </form>
  );
}
