import type { ConsoleState } from "../shared/console.ts";
import { visibleLine } from "../shared/visible.ts";
import type { Notice } from "./notices.ts";
import { clockTime } from "./tray-state.ts";
import { notices as words } from "./words/notices.ts";

/** What a person should know of their sign-in without looking: that it ends soon, or that only they can renew it. On a locked screen it names nothing. */
export function sessionNotice(state: ConsoleState, hidden: boolean): Notice | null {
  const { session, signInAsked } = state;
  // Who approves sits before it.
  if (signInAsked !== null && signInAsked.decision !== true && session.state !== "signing-in") {
    const { title, hidden: unnamed, wants } = words.session.asked;
    const { name, connection } = signInAsked;
    const named = wants(visibleLine(name ?? "", longestName), visibleLine(connection, longestName));
    return { title, body: hidden ? unnamed : named };
  }
  if (session.state === "needs-sign-in") return words.session.needed;
  if (session.state !== "signed-in" || session.ends === undefined) return null;
  const { atMs, minutes } = session.ends;
  // The end is by this machine's clock, which `clockTime` would take for the gateway's.
  return {
    title: words.session.ends(minutes),
    body: words.session.until(clockTime(atMs + state.gateway.clockOffsetMs, state)),
  };
}

const longestName = 40;
