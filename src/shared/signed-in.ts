import type { ConsoleState } from "./console.ts";

/** Whose state this is, by the account's id: null for nobody's, undefined while somebody signs in, who may be the same person as before. */
export function personOf({ session }: Pick<ConsoleState, "session">): string | null | undefined {
  switch (session.state) {
    case "signed-out":
      return null;
    case "signing-in":
      return undefined;
    case "signed-in":
    case "needs-sign-in":
      return session.account.id;
    default:
      return session satisfies never;
  }
}

/** The enrolled device of whoever is signed in; null for a service, and where nobody is. */
export function deviceOf({ session }: Pick<ConsoleState, "session">): string | null {
  return session.state === "signed-in" ? session.device : null;
}

/** Whether the session would go on, but its provider asks for a fresh or a stronger sign-in first. */
export function isMoreAsked({ session }: Pick<ConsoleState, "session">): boolean {
  return session.state === "needs-sign-in" && session.demanded === true;
}
