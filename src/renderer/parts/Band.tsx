import type { ReactNode } from "react";
import css from "./Band.module.css";
import { classes } from "./class-names.ts";
import { Icon, type IconName } from "./Icon.tsx";

interface BandProps {
  readonly tone: "warn" | "bad";
  readonly icon: IconName;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

/** A notice across the page: what happened, what it means, and what to do about it. Screen readers are told of a warning by Announcements. */
export function Band({ tone, icon, children, action }: BandProps) {
  return (
    <div className={classes(css.band, tone === "bad" && css.bad)} role={tone === "bad" ? "alert" : undefined}>
      <Icon name={icon} />
      <span className={css.words}>{children}</span>
      {action}
    </div>
  );
}
