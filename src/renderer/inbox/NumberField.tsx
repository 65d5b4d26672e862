import text from "../parts/text.module.css";
import { words } from "../words.ts";
import css from "./NumberField.module.css";

interface NumberFieldProps {
  readonly value: string;
  readonly isDisabled: boolean;
  readonly onChange: (value: string) => void;
}

/** The two digits that the requester's screen shows: one field, drawn as a box for each. */
export function NumberField({ value, isDisabled, onChange }: NumberFieldProps) {
  return (
    <div className={css.number}>
      <label htmlFor="number" className={text.sr}>
        {words.number.label}
      </label>
      <input
        id="number"
        inputMode="numeric"
        autoComplete="off"
        value={value}
        readOnly={isDisabled}
        onChange={(event) => onChange(event.target.value.replaceAll(/[^0-9]/g, "").slice(0, 2))}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
      {[0, 1].map((place) => (
        <span key={place} aria-hidden="true" data-next={place === Math.min(value.length, 1) ? "" : undefined}>
          {value[place]}
        </span>
      ))}
    </div>
  );
}
