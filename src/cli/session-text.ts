import type { ConsoleState } from "../shared/console.ts";
import { visibleLine } from "../shared/visible.ts";

/** What the owner's terminal says of a change of the session: its coming end, and that a person is needed. */
export function sessionNews(before: ConsoleState["session"], now: ConsoleState["session"]): string | null {
  if (now.state === "needs-sign-in" && before.state !== "needs-sign-in")
    return `${now.error.message} Calls are refused until then: countersign sign-in`;
  if (now.state !== "signed-in" || now.ends === undefined) return null;
  const told = before.state === "signed-in" ? before.ends?.minutes : undefined;
  if (told === now.ends.minutes) return null;
  const at = new Date(now.ends.atMs).toTimeString().slice(0, 5);
  return `Your sign-in ends at ${at} and can't be renewed by itself. Calls go on while you sign in again: countersign sign-in`;
}

/** What the owner's terminal says as calls begin to wait for their person's sign-in. */
export function signInNews(before: ConsoleState["signInAsked"], now: ConsoleState["signInAsked"]): string | null {
  if (now === null || before !== null) return null;
  const what = `${now.name === null ? "A call" : visibleLine(now.name, 60)} on ${visibleLine(now.connection, 60)}`;
  const why =
    now.rule === null
      ? "the sign-in provider asks for it"
      : `rule ${JSON.stringify(visibleLine(now.rule, 100))} asks for ${visibleLine(now.asks, 120)}`;
  if (now.decision === true)
    return `To approve ${what} takes your sign-in, as ${why}: countersign sign-in, then approve again`;
  return `${what} waits for your sign-in, as ${why}: countersign sign-in`;
}
