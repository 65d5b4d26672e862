import { count } from "./count.ts";

/** A grant beside a decision. */
export const grant = {
  open: "Approve and allow similar…",
  approve: "Approve and allow",
  cancel: "This call only",
  title: "What is allowed besides this call",
  uses: "Later calls",
  usesMost: (most: number) => `${most.toLocaleString("en")} at most`,
  lasts: "For",
  binds: (name: string) => `How ${name} is bound`,
  prefixOf: (name: string) => `What ${name} begins with`,
  kinds: { equal: "as in this call", prefix: "beginning with", any: "anything" },
  unseen: "values that nobody has seen",
  badUses: (most: number) => `Later calls are a number from 1 to ${most.toLocaleString("en")}.`,
  badPrefix: "A beginning is as the value shown, and ends with a separator such as /; an address names its whole host.",
  mayRun: " may run ",
  often: (uses: number, until: string) =>
    ` ${uses === 1 ? "once more" : `${uses.toLocaleString("en")} more times`} until ${until} without asking,`,
  with: " with ",
  noArguments: " without arguments",
  anything: "being anything",
  beginningWith: "beginning with ",
  asShown: "as in this call",
  equalTo: "equal to ",
} as const;

/** The page of grants. */
export const grants = {
  title: "Grants",
  note: "Later calls that run without asking",
  given: "That you can revoke as an approver",
  held: "That let your own calls run",
  seen: "Of others, which you may see",
  columns: {
    who: "Who",
    call: "Call",
    bound: "Arguments",
    used: "Used",
    ends: "Ends",
    by: "Granted by",
    state: "State",
  },
  used: (uses: number, most: number) => `${uses.toLocaleString("en")} of ${most.toLocaleString("en")}`,
  you: "you",
  noArguments: "none",
  revoke: "Revoke",
  revokeOf: (tool: string, name: string) => `Revoke ${tool} for ${name}`,
  sure: "Revoke now",
  keep: "Keep",
  states: { live: "Live", "used-up": "Used up", over: "Over", revoked: "Revoked", ended: "Ended" },
  ended: (n: number) => `Show ${count(n, "ended grant", "ended grants")}`,
  hideEnded: "Hide ended grants",
  emptyTitle: "No grant lives",
  empty:
    "Where a rule permits it, a request has “Approve and allow similar…”. What is allowed shows here, and can be revoked.",
  refused: "Not revoked.",
} as const;
