import type { Hidden } from "../../shared/approval.ts";
import type { GrantOffer } from "../../shared/grant-offer.ts";
import { canonical, isJsonObject, type Json } from "../../shared/json.ts";
import type { GrantTerms } from "../policy/policy.ts";

/** A call as grants see it: whose, where, and with which real arguments, in memory only (rule 6). */
export interface GrantedCall {
  readonly principal: string;
  readonly connection: string;
  readonly tool: string;
  readonly arguments: Json;
}

/** HMAC under the gateway's digest key over the canonical text, base64url. */
type KeyedDigest = (value: Json) => string;

/** The keyed digest that stands for one argument's real value in every grant to this principal for this tool, and nowhere else. */
export function argumentDigest(
  keyed: KeyedDigest,
  { principal, connection, tool }: Omit<GrantedCall, "arguments">,
  argument: string,
  value: Json,
): string {
  return keyed({ granted: argument, principal, connection, tool, value });
}

/** So many arguments fit into one signed grant. */
const mostArguments = 64;
const longestName = 200;
/** What was shown is kept with a grant and read with each use: characters of its JSON. */
const mostShown = 65_536;

/**
 * What may be granted beside approving this call, or null: its arguments must be an object in which every name is shown as it is, as a
 * grant names them all. `shown` is their masked form.
 */
export function offerOf(
  terms: GrantTerms,
  call: GrantedCall,
  shown: { readonly tool: string; readonly arguments: Json; readonly hidden: readonly Hidden[] },
  keyed: KeyedDigest,
): GrantOffer | null {
  const { arguments: real } = call;
  if (shown.tool !== call.tool || !isJsonObject(real) || !isJsonObject(shown.arguments)) return null;
  const masked = shown.arguments;
  const names = Object.keys(real);
  if (names.length > mostArguments || names.length !== Object.keys(masked).length) return null;
  if (names.some((name) => name.length > longestName || !Object.hasOwn(masked, name))) return null;
  if (canonical(masked).length > mostShown) return null;
  const touched = new Set(shown.hidden.map(({ path }) => path[0]));
  return {
    longestMs: terms.longestMs,
    mostUses: terms.mostUses,
    constraints: [...terms.constraints],
    arguments: Object.entries(real).map(([name, value]) => ({
      name,
      digest: argumentDigest(keyed, call, name, value),
      plain: typeof value === "string" && !touched.has(name) && masked[name] === value,
    })),
  };
}
