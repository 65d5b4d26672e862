import { Fragment, useEffect, useRef } from "react";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import css from "./Help.module.css";

/** The keys that work now. A dialog of the browser's own, so that focus stays in it and Escape closes it. */
export function Help() {
  const { help } = useModel();
  const working = useStore(help);
  const isOpen = working !== null;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const shown = words.help.keys.filter(({ on }) => working?.has(on));
  return (
    <dialog ref={dialog} className={css.dialog} aria-labelledby="help-title" onClose={() => help.set(null)}>
      <div className={css.head}>
        <h2 id="help-title">{words.help.title}</h2>
        <Button look="quiet" size="small" onClick={() => help.set(null)}>
          {words.help.close}
        </Button>
      </div>
      <dl className={css.keys}>
        {shown.map(({ on, keys, does }) => (
          <Fragment key={on}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </Fragment>
        ))}
      </dl>
      <p className={css.note}>{words.help.field}</p>
    </dialog>
  );
}
