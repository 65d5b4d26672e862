import { words } from "../words.ts";
import css from "./DecisionBar.module.css";

/** The keys that work beside a request, for the eye alone: the help has all of them. */
export function KeyHints() {
  return (
    <span className={css.keys} aria-hidden="true">
      <span>
        <kbd>J</kbd>
        <kbd>K</kbd>
        {words.help.hint.move}
      </span>
      <span>
        <kbd>R</kbd>
        {words.help.hint.reason}
      </span>
      <span>
        <kbd>?</kbd>
        {words.help.hint.all}
      </span>
    </span>
  );
}
