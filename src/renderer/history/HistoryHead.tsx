import { risk as risks } from "../../shared/approval.ts";
import type { HistoryFilter } from "../../shared/history.ts";
import list from "../inbox/RequestList.module.css";
import payload from "../inbox/Payload.module.css";
import { useModel } from "../model.ts";
import { ExportMenu } from "../parts/ExportMenu.tsx";
import { Icon } from "../parts/Icon.tsx";
import { words } from "../words.ts";
import css from "./History.module.css";
import type { Past } from "./past.ts";

const kinds = ["decision", "request"] as const;
const formats = [
  { format: "csv", name: words.history.formats.csv, type: "text/csv" },
  { format: "json", name: words.history.formats.json, type: "application/json" },
] as const;
const verdicts = ["approve", "deny", "none"] as const;

interface HistoryHeadProps {
  readonly past: Past;
  readonly isReached: boolean;
}

/** What is shown of the history: whose doing, and by which search. */
export function HistoryHead({ past, isReached }: HistoryHeadProps) {
  const { bridge, history } = useModel();
  const { filter } = past;
  return (
    <div className={css.head}>
      <h1 id="history-title">{words.history.titles[filter.kind]}</h1>
      <div className={payload.switch} role="group" aria-label={words.history.show}>
        {kinds.map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={filter.kind === kind}
            onClick={() => history.seek({ kind, verdict: undefined })}
          >
            {words.history.kinds[kind]}
          </button>
        ))}
      </div>
      <span className={css.grow} />
      <div className={`${list.field} ${css.search}`}>
        <Icon name="search" />
        <input
          id="search"
          type="search"
          aria-label={words.history.search}
          placeholder={words.history.searchHint}
          autoComplete="off"
          maxLength={200}
          value={filter.search ?? ""}
          onChange={(event) => history.seek({ search: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.stopPropagation();
            history.seek({ search: "" });
            event.currentTarget.blur();
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <ExportMenu
        id="history-export"
        title={words.history.exportTitle}
        isReached={isReached}
        formats={formats}
        save={(format) => bridge.exportHistory({ filter, format })}
      />
    </div>
  );
}

/** By verdict and by risk; they stand beside the figures. */
export function Filters({ filter }: { readonly filter: HistoryFilter }) {
  const { history } = useModel();
  const shown = filter.kind === "request" ? verdicts : verdicts.filter((verdict) => verdict !== "none");
  return (
    <div className={css.filters}>
      <select
        className={css.select}
        aria-label={words.history.verdict}
        value={filter.verdict ?? "all"}
        onChange={({ target }) => history.seek({ verdict: verdicts.find((each) => each === target.value) })}
      >
        <option value="all">{words.history.verdicts.all}</option>
        {shown.map((verdict) => (
          <option key={verdict} value={verdict}>
            {words.history.verdicts[verdict]}
          </option>
        ))}
      </select>
      <select
        className={css.select}
        aria-label={words.history.risk}
        value={filter.risk ?? "all"}
        onChange={({ target }) => history.seek({ risk: risks.options.find((each) => each === target.value) })}
      >
        <option value="all">{words.history.allRisks}</option>
        {risks.options.map((each) => (
          <option key={each} value={each}>
            {words.risk[each]}
          </option>
        ))}
      </select>
    </div>
  );
}
