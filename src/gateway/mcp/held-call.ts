import type { GrantOffer } from "../../shared/grant-offer.ts";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { TargetError, type RpcMessage } from "../../shared/target.ts";
import type { HeldCall } from "../approvals/turn.ts";
import { offerOf } from "../grants/offer.ts";
import type { Effect, GrantTerms, Subject } from "../policy/policy.ts";
import { declaredTool, type DeclaredTool } from "./catalogue.ts";
import { invalidParamsCode } from "./classify.ts";
import type { Exchange } from "./context.ts";
import { tooManyPending, type Seat } from "./limited.ts";
import type { Request } from "./record.ts";
import { targetFailure } from "./refusal.ts";
import type { RpcFailure } from "./rpc-failure.ts";
import { changedTool, lookOf } from "./tool-check.ts";
import { subjectOf } from "./subject.ts";

const holdable = new Set(["tools/call", "resources/read", "prompts/get"]);
/** What of `_meta` belongs to the protocol. The rest would reach the target unseen by the approver. */
const textMeta =
  /^(progressToken|traceparent|tracestate|baggage|io\.modelcontextprotocol\/(protocolVersion|logLevel))$/;
const objectMeta = /^io\.modelcontextprotocol\/(clientInfo|clientCapabilities)$/;

/** What an approver decides on: the masked arguments, their digest, the tool as its server declares it now. */
export function heldCall(
  exchange: Exchange,
  request: Request,
  name: string,
  kind: Subject["kind"],
  effect: Extract<Effect, { effect: "approve" }>,
  tool: DeclaredTool,
  seat: Seat,
): HeldCall {
  const { gate, caller, connection, session, client, headers } = exchange;
  const shown = argumentsOf(request);
  const { value, hidden } = connection.masker.mask(shown);
  return {
    principal: caller.principal,
    connection: connection.name,
    tool: connection.masker.mask(name).value,
    place: gate.keyedDigest({ place: session.place }),
    fingerprint: tool.fingerprint,
    description: tool.description === null ? null : connection.masker.mask(tool.description).value,
    annotations: tool.annotations === null ? null : connection.masker.mask(tool.annotations).value,
    payload: { arguments: value, hidden: hidden.map(({ path, kind: as }) => ({ path, kind: as })) },
    argumentsDigest: gate.keyedDigest({ ...identityOf(exchange, request, name), use: "decision" }),
    lookup: lookupOf(exchange, request, name),
    effect,
    grants: kind === "tool" ? offer(exchange, name, shown, effect.grants) : null,
    client,
    device: caller.device,
    via: caller.via,
    fingerprintNow: async () => {
      if (kind !== "tool") return tool.fingerprint;
      const now = await declaredTool(
        session.target,
        name,
        lookOf(exchange, { ...request, message: seenMessage(request) }),
        headers,
        AbortSignal.timeout(connection.timeoutMs),
        (page) => gate.tools.learn(connection, page),
      ).catch(() => null);
      return now?.fingerprint ?? "";
    },
    refusalNow: ({ rule }) => refusalNow(exchange, request, rule.version, name, kind),
    admit: (pending) => tooManyPending(exchange, pending) ?? seat.charge(),
    occupy: () => seat.occupy(),
  };
}

/** Keyed digest over principal, connection, what is called and its arguments: the same for identical calls. */
export function lookupOf(exchange: Exchange, request: Request, name: string): string {
  return exchange.gate.keyedDigest(identityOf(exchange, request, name));
}

/** What identical calls have in common. The principal is in all that is made of it: an approver who may call too could else try values until a digest of theirs is that of what was hidden. */
function identityOf({ caller, connection }: Exchange, request: Request, name: string): JsonObject {
  const { method } = request;
  const subject = { method, connection: connection.name, name, arguments: argumentsOf(request) };
  return { ...subject, principal: caller.principal.id };
}

/** What may be granted beside approving a call of this tool with these arguments. */
function offer(
  { gate, caller, connection }: Exchange,
  name: string,
  real: Json,
  terms: GrantTerms | undefined,
): GrantOffer | null {
  if (terms === undefined) return null;
  const { masker } = connection;
  const { value, hidden } = masker.mask(real);
  const call = { principal: caller.principal.id, connection: connection.name, tool: name, arguments: real };
  return offerOf(terms, call, { tool: masker.mask(name).value, arguments: value, hidden }, gate.keyedDigest);
}

/** Checked again inside the claim: the caller's token and today's rules (rule 4). */
function refusalNow(
  exchange: Exchange,
  request: Request,
  version: string,
  name: string,
  kind: Subject["kind"],
): string | null {
  const { gate, caller } = exchange;
  const principal = gate.present.current(caller.principal.id);
  if (principal === undefined) return "Your sign-in ended while the call was held. Sign in again.";
  const { config, policy } = gate.runtime();
  const letIn = config.issuers.some(
    ({ name: issuer, clients }) => issuer === principal.issuer && clients.includes(principal.clientId),
  );
  if (!letIn) return "Your way of signing in is no longer let in.";
  const effect = policy.decide({ ...subjectOf(exchange, request, kind, name), principal });
  if (effect.effect !== "approve" || effect.rule.version !== version)
    return "The rules have changed since it was approved.";
  return null;
}

/** The tool as the target declares it, or why the call can't be held. */
export async function declaredOr(
  exchange: Exchange,
  request: Request,
  name: string,
  kind: Subject["kind"],
): Promise<DeclaredTool | { readonly failure: RpcFailure }> {
  const { gate, caller, connection, session, headers } = exchange;
  if (kind !== "tool") {
    // Keyed and each principal's own, as the name may hold a value that is masked everywhere else.
    const { method } = request;
    const place = { method, connection: connection.name, name, principal: caller.principal.id };
    const fingerprint = gate.keyedDigest({ ...place, use: "fingerprint" });
    return { name, description: null, annotations: null, fingerprint };
  }
  try {
    const tool = await declaredTool(
      session.target,
      name,
      lookOf(exchange, { ...request, message: seenMessage(request) }),
      headers,
      AbortSignal.timeout(connection.timeoutMs),
      (page) => gate.tools.learn(connection, page),
    );
    const changed = changedTool(exchange, name, tool);
    if (changed !== null) return { failure: changed };
    return tool ?? { failure: { code: invalidParamsCode, message: `Unknown tool: ${name}` } };
  } catch (error) {
    if (error instanceof TargetError) return { failure: targetFailure(error, connection.name) };
    throw error;
  }
}

/** What the approver is shown, and all of the parameters that the target will get besides the name. */
function argumentsOf({ method, params }: Request): Json {
  if (method === "resources/read") return { uri: params.uri ?? null };
  return params.arguments === undefined ? {} : params.arguments;
}

/** Why this request can't be held: it has something that no approver would see. `more` are members that belong to it besides. */
export function unseenMembers({ method, params }: Request, more: readonly string[] = []): string | null {
  if (!holdable.has(method)) return `A rule holds this, but ${method} cannot be held. Nothing was run.`;
  const known = method === "resources/read" ? ["uri", "_meta"] : ["name", "arguments", "_meta"];
  if (params._meta !== undefined && !isJsonObject(params._meta)) return "The _meta of a held call must be an object.";
  const other = Object.keys(params).find((key) => !known.includes(key) && !more.includes(key));
  return other === undefined ? null : `A held call may carry only ${known.join(", ")}; it has “${other}” as well.`;
}

/** The message as it is forwarded: what was shown, and of `_meta` what is the protocol's own. */
export function seenMessage({ message, params }: Request): RpcMessage {
  if (!isJsonObject(params._meta)) return message;
  const meta: JsonObject = Object.fromEntries(Object.entries(params._meta).filter(isProtocols));
  return { ...message, params: { ...params, _meta: meta } };
}

/** A member of the protocol's own, with a value of its kind: anything else could carry what nobody was shown. */
function isProtocols([key, value]: [string, Json]): boolean {
  if (textMeta.test(key)) return typeof value === "string" || typeof value === "number";
  return objectMeta.test(key) && isJsonObject(value);
}
