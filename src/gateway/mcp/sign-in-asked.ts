import type { Json } from "../../shared/json.ts";
import { demandErrors, entraClaims, type SignInDemand } from "../../shared/sign-in-demand.ts";
import type { Terms } from "../policy/policy.ts";
import { lackingOf, signInText, type Lacking, type SignInTerms } from "../policy/sign-in.ts";
import { budgetOf } from "./budgets.ts";
import type { Exchange } from "./context.ts";
import { progressTokenOf } from "./ladder.ts";
import type { Request } from "./record.ts";
import { refusalCodes } from "./refusal.ts";
import type { Manner } from "./refuse.ts";
import type { RpcFailure } from "./rpc-failure.ts";

/** A refusal that a sign-in heals, and how it goes out. */
export interface SignInAsked {
  readonly failure: RpcFailure;
  readonly manner: Manner;
}

/**
 * What the rule that lets this call through asks of its caller's sign-in and does not find in the token that was verified; null where
 * nothing is lacking. It is looked at for each request anew, before anything is held or forwarded.
 */
export function signInAsked(exchange: Exchange, request: Request, terms: Terms, nowMs: number): SignInAsked | null {
  const { principal } = exchange.caller;
  if (terms.signIn === undefined) return null;
  const lacks = lackingOf(principal, terms.signIn, nowMs);
  if (lacks === null) return null;
  const { name } = terms.rule;
  const asks = signInText(terms.signIn);
  if (lacks === "person") {
    const message = `Rule “${name}” asks for ${asks}, which takes a person: no service can do it. Nothing was run.`;
    const failure = { code: refusalCodes.signInNeeded, message, data: { code: "person_needed", rule: name } };
    return { failure, manner: { status: 200 } };
  }
  const demand = demandOf(exchange, request, terms.signIn, { name, lacks, asks });
  const message = `Rule “${name}” asks for ${asks}: ${found(exchange, lacks, nowMs)}. Nothing was run. Sign in anew in Countersign (or run: countersign sign-in), then call again.`;
  const failure = { code: refusalCodes.signInNeeded, message, data: { ...demand } as Json };
  return { failure, manner: { status: 401, headers: { "www-authenticate": challengeOf(exchange, demand, message) } } };
}

function demandOf(
  exchange: Exchange,
  request: Request,
  terms: SignInTerms,
  { name, lacks, asks }: { readonly name: string; readonly lacks: Exclude<Lacking, "person">; readonly asks: string },
): SignInDemand {
  const { runtime, caller, client } = exchange;
  const issuer = runtime.config.issuers.find((each) => each.name === caller.principal.issuer);
  const [context] = terms.acr ?? [];
  return {
    code: "sign_in_needed",
    rule: name,
    lacks,
    asks,
    ...(terms.withinMs === undefined ? {} : { maxAgeSeconds: Math.floor(terms.withinMs / 1000) }),
    ...(terms.acr === undefined ? {} : { acrValues: terms.acr.join(" ") }),
    ...(issuer?.kind === "entra" && context !== undefined ? { claims: entraClaims(context) } : {}),
    waitMs: budgetOf(client?.name ?? "", progressTokenOf(request) !== undefined, runtime.config.approvals),
  };
}

/** RFC 9470, section 3; for Entra with `claims` as Microsoft's resource servers say them. */
function challengeOf(
  { caller }: Exchange,
  { claims, acrValues, maxAgeSeconds }: SignInDemand,
  message: string,
): string {
  const [error, entraError] = demandErrors;
  const quoted = message.replaceAll(/["\\]/g, "'").replaceAll(/[^\x20-\x7e]/g, "?");
  const parts = [
    `error="${claims === undefined ? error : entraError}"`,
    `error_description="${quoted}"`,
    ...(acrValues === undefined ? [] : [`acr_values="${acrValues}"`]),
    ...(maxAgeSeconds === undefined ? [] : [`max_age="${maxAgeSeconds}"`]),
    ...(claims === undefined ? [] : [`claims="${Buffer.from(claims).toString("base64")}"`]),
  ];
  return `${caller.admission.session === null ? "Bearer" : "Session"} ${parts.join(", ")}`;
}

/** What the present sign-in shows instead. */
function found({ caller }: Exchange, lacks: Exclude<Lacking, "person">, nowMs: number): string {
  const { authenticatedAtMs, contexts = [], methods = [] } = caller.principal;
  if (lacks === "acr") return contexts.length === 0 ? "yours names none" : `yours has ${contexts.join(", ")}`;
  if (lacks === "methods") return methods.length === 0 ? "yours names no method" : `yours was by ${methods.join(", ")}`;
  if (authenticatedAtMs === null) return "your token does not say when you signed in (auth_time)";
  const minutes = Math.floor((nowMs - authenticatedAtMs) / 60_000);
  return `yours was ${minutes} ${minutes === 1 ? "minute" : "minutes"} ago`;
}
