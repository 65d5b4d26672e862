import type { ConsoleState } from "../shared/console.ts";
import type { Notice } from "./notices.ts";
import { clockTime } from "./tray-state.ts";
import { notices as words } from "./words/notices.ts";

/** What a person should know of their sign-in without looking: that it ends soon, or that only they can renew it. It names nobody. */
export function sessionNotice(state: ConsoleState): Notice | null {
  const { session } = state;
  if (session.state === "needs-sign-in") return words.session.needed;
  if (session.state !== "signed-in" || session.ends === undefined) return null;
  const { atMs, minutes } = session.ends;
  // The end is by this machine's clock, which `clockTime` would take for the gateway's.
  return {
    title: words.session.ends(minutes),
    body: words.session.until(clockTime(atMs + state.gateway.clockOffsetMs, state)),
  };
}
