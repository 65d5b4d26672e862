import type { ReactNode } from "react";
import css from "./Settings.module.css";

interface CheckProps {
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly children: ReactNode;
}

/** A setting that is on or off, named by its words. It shows what main holds, not what was clicked. */
export function Check({ on, onChange, children }: CheckProps) {
  return (
    <label className={css.check}>
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.target.checked)} />
      <span>{children}</span>
    </label>
  );
}
