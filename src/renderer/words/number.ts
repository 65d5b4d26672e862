import { count } from "./count.ts";

/** Number matching, at both ends. */
export const number = {
  label: "Number on the requester’s screen",
  ask: (name: string) => `Ask ${name} for the number on their screen`,
  how: " by voice, never by chat.",
  yours: "Your number",
  tell: (groups: string) =>
    `Say this number to who approves (${groups}) when they ask you by voice. It shows that this request is yours.`,
  wrong: (wrong: number, most: number) =>
    `${count(wrong, "wrong number", "wrong numbers")} so far; at ${most} the request is denied.`,
  locked: (wrong: number) => `Denied, since ${count(wrong, "wrong number was", "wrong numbers were")} named.`,
} as const;
