import type { ReactNode } from "react";
import css from "./Blank.module.css";
import { classes } from "./class-names.ts";

interface BlankProps {
  readonly art?: ReactNode;
  readonly artInk?: "strong";
  readonly title: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

/** A page with one thing to say. */
export function Blank({ art, artInk, title, children, actions }: BlankProps) {
  return (
    <div className={css.blank}>
      {art && <span className={classes(css.art, artInk && css.strong)}>{art}</span>}
      <h1>{title}</h1>
      {children}
      {actions && <div className={css.actions}>{actions}</div>}
    </div>
  );
}
