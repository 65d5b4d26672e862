import type { ReactNode } from "react";
import { classes } from "./class-names.ts";
import { Icon, type IconName } from "./Icon.tsx";
import css from "./Status.module.css";

interface StatusProps {
  readonly tone: "ok" | "warn" | "bad" | "none" | "plain";
  readonly icon: IconName;
  readonly children: ReactNode;
}

/** A state as a shape and a word. */
export function Status({ tone, icon, children }: StatusProps) {
  return (
    <span className={classes(css.status, css[tone])}>
      <Icon name={icon} size={icon === "dot" ? 12 : 16} />
      <span>{children}</span>
    </span>
  );
}
