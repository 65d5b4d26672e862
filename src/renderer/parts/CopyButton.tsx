import { useEffect, useState } from "react";
import { words } from "../words.ts";
import { Button } from "./Button.tsx";
import { Icon } from "./Icon.tsx";
import text from "./text.module.css";

interface CopyButtonProps {
  readonly label?: string;
  readonly children?: string;
  /** Puts it on the clipboard and says whether that worked. */
  readonly copy: () => Promise<boolean>;
}

const shownMs = 2000;

/** Copies, and says so in its own place. */
export function CopyButton({ label, children = words.copy.copy, copy }: CopyButtonProps) {
  const [said, setSaid] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (said === null) return undefined;
    const timer = setTimeout(() => setSaid(null), shownMs);
    return () => clearTimeout(timer);
  }, [said]);
  const press = () => {
    void copy().then((worked) => setSaid(worked ? "copied" : "failed"));
  };
  return (
    <>
      <Button look="quiet" size="small" onClick={press} label={said === null ? label : undefined}>
        <Icon name={said === "copied" ? "check" : "copy"} />
        {said === null ? children : words.copy[said]}
      </Button>
      <span role="status" className={text.sr}>
        {said === "copied" && words.copy.copied}
      </span>
    </>
  );
}

/** Puts text on the clipboard from the page itself. */
export async function copyText(value: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    // The tray app denies every web permission, the clipboard's too; a click may still copy what is selected.
    return copySelected(value);
  }
}

function copySelected(value: string): boolean {
  const field = document.createElement("textarea");
  field.value = value;
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  const worked = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return worked;
}
