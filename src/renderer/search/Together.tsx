import type { AuditEntry } from "../../shared/audit-entry.ts";
import type { ConsoleState } from "../../shared/console.ts";
import past from "../history/History.module.css";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Icon } from "../parts/Icon.tsx";
import { clockSeconds, localTime } from "../times.ts";
import { words } from "../words.ts";
import { kindWord } from "./kind-word.ts";
import css from "./Search.module.css";
import { whoIn } from "./sought.ts";

interface TogetherProps {
  readonly entry: AuditEntry;
  readonly gateway: ConsoleState["gateway"];
}

/** All that the ledger has of one call, from the first entry to the last: what was asked, who decided, what was returned. */
export function Together({ entry: { entry: here, facts, together, names }, gateway }: TogetherProps) {
  const { search, replays, page } = useModel();
  const { call } = facts;
  const replay = () => {
    replays.openEntry(here);
    page.set("sessions");
  };
  return (
    <section>
      <h3>{words.search.together}</h3>
      <ol className={past.chain}>
        {together.map((line) => (
          <li key={line.entry}>
            <Icon name="dot" size={12} />
            {line.entry === here ? (
              <strong>{kindWord(line.kind)}</strong>
            ) : (
              <Button look="link" onClick={() => search.choose(line.entry, true)}>
                {kindWord(line.kind)}
              </Button>
            )}
            <code>
              {words.search.togetherAt(line.entry, clockSeconds(localTime(gateway, line.atMs)))}
              {line.facts.by !== null && `, ${whoIn(line, names) ?? ""}`}
              {line.entry === here && `, ${words.search.here}`}
            </code>
          </li>
        ))}
      </ol>
      {call !== null && (
        <p className={css.ways}>
          <Button size="small" onClick={() => search.ask({ facts: { call } })}>
            {words.search.onlyCall}
          </Button>
          <Button size="small" onClick={replay}>
            {words.search.replay}
          </Button>
        </p>
      )}
    </section>
  );
}
