import { count } from "./count.ts";

export const request = {
  wants: " wants to run ",
  wanted: " wanted to run ",
  on: " on ",
  held: (ago: string) => `Held ${ago}`,
  left: " left, then denied",
  about: "about ",
  timeUp: "Time is up",
  looking: (n: number) =>
    n === 1 ? " has this request open now" : ` and ${count(n - 1, "other", "others")} have this request open now`,
  claims: "The server declares: ",
  noDescription: "The server gives no description.",
  noClaims: "It declares nothing about its effects.",
  why: "Why held",
  rule: "Rule ",
  version: ", version ",
  facts: "Facts",
  owner: "Owner",
  ownerGroup: "everybody in ",
  noOwner: "nobody answers for it",
  requester: "Requester ",
  kind: "Kind",
  kinds: { user: "person", service: "service" },
  id: "Identity",
  groups: "Groups",
  device: "Device",
  noDevice: "not named",
  client: "Client",
  clientClaim: "as it names itself",
  noClient: "not named",
  connection: "Connection",
  name: "Name",
  server: "Server",
  noServer: "not known yet",
  approvers: "Approvers",
  approversOf: (need: number | "any" | "all") =>
    need === "any" ? "Any of" : need === "all" ? "Each of" : `${need} of`,
  approversStep: (step: number, of: string) => `${step}. ${of}`,
  approvedBy: "approved by ",
  signTitle: "What you sign",
  signedTitle: "Payload",
  sign: "This masked payload, digest",
  signed: "Masked, digest",
  signing: "computing…",
} as const;

export const claims = {
  readOnlyHint: ["writes", "only reads"],
  destructiveHint: ["not destructive", "destructive"],
  idempotentHint: ["not safe to repeat", "safe to repeat"],
  openWorldHint: ["stays within its own data", "reaches beyond its own data"],
} as const;

export const payload = {
  title: "Payload",
  as: "Show payload as",
  tree: "Tree",
  text: "Text",
  none: "No arguments",
  fold: "Fold",
  unfold: "Unfold",
  show: (n: number) => `Show ${count(n, "character", "characters")}`,
  less: "Show less",
  more: (n: number, rest: number) =>
    n === rest
      ? `Show ${count(n, "more value", "more values")}`
      : `Show ${n.toLocaleString("en")} of ${count(rest, "more value", "more values")}`,
  size: (n: number, kind: "object" | "array") =>
    kind === "object" ? count(n, "field", "fields") : count(n, "item", "items"),
  maskedAs: (kinds: readonly string[]) => `${kinds.join(", ")}, hidden`,
  fieldKind: "by name",
  hidden: (n: number, kinds: string) => `masked at the gateway, ${count(n, "value", "values")}: ${kinds}`,
  hiddenKind: (kind: string, n: number) => (n === 1 ? kind : `${n} × ${kind}`),
  nothing: "nothing masked",
  outside: "masked, but not shown as a line of its own: ",
  odd: (n: number) => count(n, "hidden character", "hidden characters"),
  alike: (n: number) => count(n, "look-alike letter", "look-alike letters"),
  legendAlike: "letter of another script that looks like a Latin one",
  legendOdd: "hidden character",
  times: (n: number) => `×${n.toLocaleString("en")}`,
} as const;
