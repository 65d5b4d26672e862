import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { useStore } from "../store.ts";
import { secondsLeft } from "../times.ts";
import { words } from "../words.ts";
import css from "./DecisionBar.module.css";

/** A denial that has not been sent yet, and the way to take it back. */
export function Denying({ id, sendsAtMs }: { readonly id: string; readonly sendsAtMs: number }) {
  const { decisions, clock } = useModel();
  const seconds = secondsLeft(sendsAtMs - useStore(clock));
  return (
    <section id="decision" className={css.decide} aria-label={words.decide.label} tabIndex={-1}>
      <div className={css.above}>
        <span className={css.grow}>{words.decide.notSent}</span>
      </div>
      <div className={css.does}>
        <span className={css.strong} aria-hidden="true">
          {words.decide.denying(seconds)}
        </span>
        <Button look="strong" size="large" onClick={() => decisions.undo(id)}>
          {words.decide.undo}
        </Button>
      </div>
    </section>
  );
}
