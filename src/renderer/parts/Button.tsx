import type { KeyboardEvent, MouseEventHandler, ReactNode } from "react";
import css from "./Button.module.css";
import { classes } from "./class-names.ts";

interface ButtonProps {
  readonly children: ReactNode;
  readonly onClick?: MouseEventHandler<HTMLButtonElement>;
  readonly look?: "plain" | "quiet" | "primary" | "strong" | "link";
  readonly size?: "small" | "large";
  readonly disabled?: boolean;
  readonly label?: string | undefined;
  readonly expanded?: boolean;
  readonly keys?: string;
  readonly id?: string;
  readonly type?: "button" | "submit";
}

/** A verb to press. A held-down key presses it once, so that nothing is decided by a stuck Enter. */
export function Button({
  children,
  onClick,
  look = "plain",
  size,
  disabled,
  label,
  expanded,
  keys,
  id,
  type = "button",
}: ButtonProps) {
  const looks = look === "link" ? classes(css.link, size && css[size]) : classes(css.btn, css[look], size && css[size]);
  return (
    <button
      id={id}
      type={type}
      className={looks}
      onClick={onClick}
      onKeyDown={ignoreRepeat}
      disabled={disabled}
      aria-label={label}
      aria-expanded={expanded}
      aria-keyshortcuts={keys}
    >
      {children}
    </button>
  );
}

function ignoreRepeat(event: KeyboardEvent) {
  if (event.repeat && (event.key === "Enter" || event.key === " ")) event.preventDefault();
}
