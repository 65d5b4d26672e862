import { useModel } from "../model.ts";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import css from "./DecisionBar.module.css";

/** Why it is decided so; what is written stays with the request while the page is there. */
export function ReasonField({ id, isDisabled }: { readonly id: string; readonly isDisabled: boolean }) {
  const { reasons } = useModel();
  const value = useStore(reasons).get(id) ?? "";
  return (
    <div className={css.field}>
      <label htmlFor="reason">{words.decide.reason}</label>
      <input
        id="reason"
        maxLength={1000}
        autoComplete="off"
        value={value}
        readOnly={isDisabled}
        onChange={(event) => reasons.set(new Map(reasons.get()).set(id, event.target.value))}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
    </div>
  );
}
