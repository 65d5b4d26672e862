import { useState } from "react";
import type { ExportFormat } from "../../shared/console-calls.ts";
import type { HistoryFilter } from "../../shared/history.ts";
import menu from "../frame/TitleBar.module.css";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { classes } from "../parts/class-names.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import { saveText } from "./save-text.ts";
import css from "./History.module.css";

interface ExportMenuProps {
  readonly filter: HistoryFilter;
  readonly isReached: boolean;
}

/** Saves all that is found, as a file of the person's choice. */
export function ExportMenu({ filter, isReached }: ExportMenuProps) {
  const { bridge } = useModel();
  const [said, setSaid] = useState("");
  const [isBusy, setBusy] = useState(false);
  const run = async (format: ExportFormat) => {
    setBusy(true);
    setSaid(words.history.exporting);
    const answer = await bridge.exportHistory({ filter, format });
    setBusy(false);
    if (!answer.ok) return setSaid(`${words.history.notExported} ${wording(answer.error.code)}`);
    const { saved, name, text } = answer.value;
    if (text !== null) saveText(name, text, format === "csv" ? "text/csv" : "application/json");
    return setSaid(saved === false ? "" : words.history.exported(name));
  };
  return (
    <>
      <button
        type="button"
        className={css.open}
        popoverTarget="history-export"
        disabled={!isReached || isBusy}
        aria-describedby="history-exported"
      >
        {words.history.export}
      </button>
      <section
        id="history-export"
        popover="auto"
        className={classes(menu.menu, css.below)}
        aria-label={words.history.exportTitle}
      >
        <h2>{words.history.exportTitle}</h2>
        <div className={css.formats}>
          {(["csv", "json"] as const).map((format) => (
            <Button
              key={format}
              onClick={() => {
                document.getElementById("history-export")?.hidePopover();
                void run(format);
              }}
            >
              {words.history.formats[format]}
            </Button>
          ))}
        </div>
      </section>
      <span id="history-exported" role="status" className={css.said}>
        {said}
      </span>
    </>
  );
}
