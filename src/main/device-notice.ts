import type { ConsoleState } from "../shared/console.ts";
import { visibleLine } from "../shared/visible.ts";
import type { Notice } from "./notices.ts";
import { notices as words } from "./words/notices.ts";

/** That devices were enrolled for this person elsewhere; null where none is new. On a locked screen none is named. */
export function deviceNotice({ devices }: ConsoleState, hidden: boolean): Notice | null {
  const added = devices.filter(({ isNew }) => isNew).map(({ name }) => `“${visibleLine(name, longestName)}”`);
  if (added.length === 0) return null;
  return { title: words.device.enrolled, body: hidden ? words.device.unnamed : words.device.named(added.join(", ")) };
}

const longestName = 40;
