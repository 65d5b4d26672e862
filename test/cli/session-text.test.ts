import { expect, it } from "vitest";
import { sessionNews, signInNews } from "../../src/cli/session-text.ts";
import type { ConsoleState } from "../../src/shared/console.ts";

type Session = ConsoleState["session"];
const account = { id: "corp:ada", kind: "user" as const, name: "Ada", groups: [] };
const signedIn: Session = { state: "signed-in", account, device: "d" };
const ending = (minutes: 10 | 1): Session => ({ ...signedIn, ends: { atMs: 1_800_000_000_000, minutes } });
const over: Session = {
  state: "needs-sign-in",
  account,
  error: { code: "reauthentication_needed", message: "Your session has ended. Sign in again." },
};

it.each<[string, Session, Session, RegExp | null]>([
  ["that ends soon, with when and what to run", signedIn, ending(10), /ends at \d\d:\d\d.*countersign sign-in/],
  ["that ends very soon, once more", ending(10), ending(1), /ends at/],
  ["that is known to end soon", ending(10), ending(10), null],
  ["that goes on after all", ending(1), signedIn, null],
  ["that is over", ending(1), over, /^Your session has ended\. .*Calls are refused until then: countersign sign-in/],
  ["that was over before", over, over, null],
])("the terminal is told of a session %s", (_what, before, now, said) => {
  if (said === null) expect(sessionNews(before, now)).toBeNull();
  else expect(sessionNews(before, now)).toMatch(said);
});

const asked = {
  rule: 'deleting "all"',
  asks: "a sign-in of the last 15 minutes",
  connection: "crm",
  name: "delete\u202e_customer",
  client: "c1",
  calls: 1,
  sinceMs: 0,
} as const;

it("the terminal is told once that a call waits for a sign-in, who asks for it, and what to run", () => {
  expect(signInNews(null, asked)).toBe(
    'delete⟨U+202E⟩_customer on crm waits for your sign-in, as rule "deleting \\"all\\"" asks for a sign-in of the last 15 minutes: countersign sign-in',
  );
  expect(signInNews(null, { ...asked, rule: null, name: null })).toBe(
    "A call on crm waits for your sign-in, as the sign-in provider asks for it: countersign sign-in",
  );
  expect(signInNews(asked, { ...asked, calls: 2 })).toBeNull();
  expect(signInNews(asked, null)).toBeNull();
});
