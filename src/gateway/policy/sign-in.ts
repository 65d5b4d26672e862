import type { Principal } from "../identity/principal.ts";

/** What a rule asks of its caller's sign-in: each member that is there. */
export interface SignInTerms {
  readonly withinMs?: number;
  /** One of them. */
  readonly acr?: readonly string[];
  /** One of them. */
  readonly methods?: readonly string[];
}

/** What of it a caller's sign-in lacks. */
export type Lacking = "person" | "age" | "acr" | "methods";

type SignedIn = Pick<Principal, "kind" | "authenticatedAtMs" | "contexts" | "methods">;

/** The first thing that this caller's verified token does not show, or null. What it doesn't say is lacking. */
export function lackingOf(principal: SignedIn, terms: SignInTerms, nowMs: number): Lacking | null {
  const { kind, authenticatedAtMs: signedInMs, contexts = [], methods = [] } = principal;
  if (kind !== "user") return "person";
  if (terms.withinMs !== undefined && (signedInMs === null || nowMs - signedInMs > terms.withinMs)) return "age";
  if (terms.acr !== undefined && !terms.acr.some((each) => contexts.includes(each))) return "acr";
  if (terms.methods !== undefined && !terms.methods.some((each) => methods.includes(each))) return "methods";
  return null;
}

/** The demand in words, for who reads a policy or is refused by it: "a sign-in of the last 15 minutes, with acr c1". */
export function signInText({ withinMs, acr, methods }: SignInTerms): string {
  const age = withinMs === undefined ? "a sign-in" : `a sign-in of the last ${durationWords(withinMs)}`;
  return [
    age,
    ...(acr === undefined ? [] : [`with acr ${acr.join(" or ")}`]),
    ...(methods === undefined ? [] : [`by ${methods.join(" or ")}`]),
  ].join(", ");
}

/** In the largest unit that divides it: people read it in their console. */
function durationWords(milliseconds: number): string {
  const units = [
    ["day", 86_400_000],
    ["hour", 3_600_000],
    ["minute", 60_000],
  ] as const;
  const [unit, length] = units.find(([, each]) => milliseconds % each === 0) ?? ["second", 1000];
  const count = Math.ceil(milliseconds / length);
  return count === 1 ? unit : `${count} ${unit}s`;
}
