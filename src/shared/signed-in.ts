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
