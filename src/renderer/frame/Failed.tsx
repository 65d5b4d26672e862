import { Blank } from "../parts/Blank.tsx";
import { words } from "../words.ts";
import { LargeMark } from "./Mark.tsx";
import css from "./Window.module.css";

/** What stands when drawing failed: a blank page would say nothing. */
export function Failed() {
  return (
    <main className={css.failed}>
      <Blank art={<LargeMark />} artInk="strong" title={words.failed.title}>
        <p>{words.failed.why}</p>
      </Blank>
    </main>
  );
}
