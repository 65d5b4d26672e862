import type { QuietHours as Hours } from "../../shared/desktop.ts";
import field from "../parts/field.module.css";
import { words } from "../words.ts";
import { Check } from "./Check.tsx";
import css from "./Settings.module.css";

const said = words.settings;

interface QuietHoursProps {
  readonly hours: Hours;
  readonly onChange: (hours: Hours) => void;
}

/** When no notification is shown, by this computer's clock. */
export function QuietHours({ hours, onChange }: QuietHoursProps) {
  return (
    <section aria-label={said.quiet} className={css.section}>
      <h2>{said.quiet}</h2>
      <Check on={hours.on} onChange={(on) => onChange({ ...hours, on })}>
        {said.quietOn}
      </Check>
      <div className={css.line}>
        <Time label={said.from} time={hours.from} onChange={(from) => onChange({ ...hours, from })} />
        <Time label={said.to} time={hours.to} onChange={(to) => onChange({ ...hours, to })} />
      </div>
      <p>{said.quietNote}</p>
    </section>
  );
}

interface TimeProps {
  readonly label: string;
  readonly time: string;
  readonly onChange: (time: string) => void;
}

function Time({ label, time, onChange }: TimeProps) {
  return (
    <label className={css.time}>
      {label}
      <span className={field.field}>
        {/* While a part of it is empty the browser gives no time at all: what was set stays. */}
        <input
          type="time"
          required
          value={time}
          onChange={(event) => event.target.value !== "" && onChange(event.target.value)}
        />
      </span>
    </label>
  );
}
