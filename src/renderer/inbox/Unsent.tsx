import type { Deciding } from "../deciding.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { useStore } from "../store.ts";
import { secondsLeft } from "../times.ts";
import { words } from "../words.ts";
import css from "./DecisionBar.module.css";

interface UnsentProps {
  readonly id: string;
  readonly deciding: Extract<Deciding, { step: "denying" | "held" }>;
}

/** A decision that has not been sent yet, and the way to take it back. */
export function Unsent({ id, deciding }: UnsentProps) {
  const { decisions, clock } = useModel();
  const seconds = secondsLeft(deciding.sendsAtMs - useStore(clock));
  const isHeld = deciding.step === "held";
  return (
    <section id="decision" className={css.decide} aria-label={words.decide.label} tabIndex={-1}>
      <div className={css.above}>
        <span className={css.grow}>{isHeld ? words.decide.held.notSent : words.decide.notSent}</span>
      </div>
      <div className={css.does}>
        <span className={css.strong} aria-hidden="true">
          {isHeld ? words.decide.held.sends[deciding.verdict](seconds) : words.decide.denying(seconds)}
        </span>
        <Button look="strong" size="large" onClick={() => decisions.undo(id)}>
          {words.decide.undo}
        </Button>
      </div>
    </section>
  );
}
