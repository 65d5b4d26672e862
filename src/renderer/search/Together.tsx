import type { AuditEntry } from "../../shared/audit-entry.ts";
import type { ConsoleState } from "../../shared/console.ts";
import past from "../history/History.module.css";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Icon } from "../parts/Icon.tsx";
import { clockSeconds, localTime } from "../times.ts";
import { words } from "../words.ts";
import { kindWord } from "./kind-word.ts";
import { whoIn } from "./sought.ts";

interface TogetherProps {
  readonly entry: AuditEntry;
  readonly gateway: ConsoleState["gateway"];
}

/** All that the ledger has of one call, from the first entry to the last: what was asked, who decided, what was returned. */
export function Together({ entry: { entry: here, facts, together, names }, gateway }: TogetherProps) {
  const { search, replays, page } = useModel();
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
      {facts.call !== null && (
        <Button size="small" onClick={() => search.ask({ facts: { call: facts.call ?? "" } })}>
          {words.search.onlyCall}
        </Button>
      )}{" "}
      {facts.call !== null && (
        <Button
          size="small"
          onClick={() => {
            replays.openEntry(here);
            page.set("sessions");
          }}
        >
          {words.search.replay}
        </Button>
      )}
    </section>
  );
}
