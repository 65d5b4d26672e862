import { useState } from "react";
import type { Exported } from "../../shared/console-calls.ts";
import type { Result } from "../../shared/errors.ts";
import menu from "../frame/TitleBar.module.css";
import css from "../history/History.module.css";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import { Button } from "./Button.tsx";
import { classes } from "./class-names.ts";
import { saveText } from "./save-text.ts";

interface ExportMenuProps<F extends string> {
  /** Unlike any other's on the page. */
  readonly id: string;
  readonly title: string;
  readonly isReached: boolean;
  /** `type`: the media type of the file that a browser saves. */
  readonly formats: readonly { readonly format: F; readonly name: string; readonly type: string }[];
  readonly save: (format: F) => Promise<Result<Exported>>;
}

/** Saves all that is found, as a file of the person's choice. */
export function ExportMenu<F extends string>({ id, title, isReached, formats, save }: ExportMenuProps<F>) {
  const [said, setSaid] = useState("");
  const [isBusy, setBusy] = useState(false);
  const run = async (format: F, type: string) => {
    setBusy(true);
    setSaid(words.history.exporting);
    const answer = await save(format);
    setBusy(false);
    if (!answer.ok) return setSaid(`${words.history.notExported} ${wording(answer.error.code)}`);
    const { saved, name, text } = answer.value;
    if (text !== null) saveText(name, text, type);
    return setSaid(saved === false ? "" : words.history.exported(name));
  };
  return (
    <>
      <button
        type="button"
        className={css.open}
        popoverTarget={id}
        disabled={!isReached || isBusy}
        aria-describedby={`${id}-said`}
      >
        {words.history.export}
      </button>
      <section id={id} popover="auto" className={classes(menu.menu, css.below)} aria-label={title}>
        <h2>{title}</h2>
        <div className={css.formats}>
          {formats.map(({ format, name, type }) => (
            <Button
              key={format}
              onClick={() => {
                document.getElementById(id)?.hidePopover();
                void run(format, type);
              }}
            >
              {name}
            </Button>
          ))}
        </div>
      </section>
      <span id={`${id}-said`} role="status" className={css.said}>
        {said}
      </span>
    </>
  );
}
