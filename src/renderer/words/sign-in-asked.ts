/** A call that waits for its person to sign in anew. */
export const signInAsked = {
  aClient: "A client",
  /** What follows is the tool, then ` on ` and the connection. */
  wants: (who: string) => `${who} wants to run `,
  on: " on ",
  /** What follows is the connection alone. */
  calls: (who: string) => `${who} calls `,
  /** What follows is the tool, then ` on ` and the connection. */
  approves: "To approve ",
  approvalAsks: (rule: string, asks: string) => `rule “${rule}” asks you for ${asks}. Sign in, then approve again.`,
  rule: (rule: string, asks: string) => `First, rule “${rule}” asks you for ${asks}.`,
  provider: "First, your sign-in provider asks for a fresh or a stronger sign-in.",
  waits: (calls: number) => {
    if (calls === 0) return "The call was told to come again: sign in, and it goes through.";
    return calls === 1 ? "The call waits and goes on by itself." : `${calls} calls wait and go on by themselves.`;
  },
  notNow: "Not now",
  signIn: "Sign in",
} as const;
