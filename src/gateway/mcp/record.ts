import { createHash, randomBytes } from "node:crypto";
import type { Hidden } from "../../shared/approval.ts";
import { canonical, type Json, type JsonObject } from "../../shared/json.ts";
import { jsonPieces, longText, outweighs } from "../../shared/json-pieces.ts";
import type { Sliced } from "../../shared/slices.ts";
import type { RpcMessage } from "../../shared/target.ts";
import { inTurns } from "../in-turns.ts";
import type { Effect } from "../policy/policy.ts";
import { signInText } from "../policy/sign-in.ts";
import { weigh } from "../policy/weight.ts";
import type { DeclaredTool } from "./catalogue.ts";
import type { Classified } from "./classify.ts";
import type { Exchange } from "./context.ts";

export type Request = Extract<Classified, { kind: "request" }>;

export function newCallId(): string {
  return `cal_${randomBytes(12).toString("base64url")}`;
}

/** What the rules said of a request, and of what: for who asks later what other rules would have said. */
export interface Judged {
  readonly effect: Effect;
  readonly atMs: number;
  /** As it was declared then, null where the target lists no such tool; undefined where it was not asked. */
  readonly tool: DeclaredTool | null | undefined;
}

/** The body of `call.request` and `call.refused`: who, through what, on what, with which masked parameters, under which rule. */
export function requestEntry(
  exchange: Exchange,
  request: Request,
  call: string,
  name: string | null,
  judged: Judged | null,
): JsonObject {
  const { gate, caller, connection, session, client } = exchange;
  const { principal } = caller;
  const { value, hidden } = connection.masker.mask(request.params);
  const effect = judged?.effect ?? null;
  return {
    call,
    session: session.id,
    principal: { id: principal.id, kind: principal.kind, name: principal.name, state: gate.seen.state(principal) },
    device: caller.device,
    via: caller.via,
    client: client === null ? null : { ...client },
    address: caller.address,
    connection: connection.name,
    era: request.era,
    method: request.method,
    name: name === null ? null : connection.masker.mask(name).value,
    params: value,
    hidden: places(hidden),
    effect: effect === null ? "protocol" : effect.effect,
    rule: effect?.rule == null ? null : { name: effect.rule.name, version: effect.rule.version },
    ...signInEntry(exchange, effect),
    ...(judged === null ? {} : { judgedAtMs: judged.atMs }),
    ...(judged?.tool === undefined ? {} : { fingerprint: judged.tool?.fingerprint ?? null }),
    ...(hidden.some(({ path }) => path[0] === "arguments") ? { weight: bound(request.params.arguments ?? {}) } : {}),
  };
}

/** How the caller had signed in, where the rule asks: what it was judged by, whether that was enough or not. */
function signInEntry({ caller }: Exchange, effect: Effect | null): JsonObject {
  if (effect === null || effect.effect === "deny" || effect.signIn === undefined) return {};
  const { authenticatedAtMs: atMs, contexts = [], methods = [] } = caller.principal;
  return { signIn: { asked: signInText(effect.signIn), atMs, acr: contexts, methods } };
}

/** What `call.response` says of a run. `tooLarge`: the size of an answer that was withheld for it. */
export interface RunFacts {
  readonly response: RpcMessage | null;
  readonly hidden: readonly Hidden[];
  readonly ms: number;
  readonly messages: number;
  readonly tooLarge?: JsonObject;
}

/** The body of `call.response`. `response` is the masked message; of lists and handshakes only a digest is kept. */
export async function responseEntry(
  call: string,
  outcome: string,
  facts: RunFacts & { readonly whole: boolean; readonly approval: string | null },
): Promise<JsonObject> {
  const { response, hidden, ms, messages, tooLarge, whole, approval } = facts;
  const { id: _id, jsonrpc: _version, ...said } = response ?? { jsonrpc: "2.0" };
  const { bytes, digest } = outweighs(said, longText) ? await inTurns(measureSlowly(said)) : measure(said);
  return {
    call,
    outcome,
    ms,
    messages,
    bytes,
    ...(approval === null ? {} : { approval }),
    ...(tooLarge === undefined ? {} : { tooLarge }),
    ...(whole ? { response: said, hidden: places(hidden) } : { digest: digest() }),
  };
}

/** The size of a value's canonical text, and SHA-256 over it. */
interface Measure {
  readonly bytes: number;
  readonly digest: () => string;
}

function measure(said: JsonObject): Measure {
  const text = canonical(said);
  const digest = (): string => createHash("sha256").update(text).digest("base64url");
  return { bytes: Buffer.byteLength(text), digest };
}

function* measureSlowly(said: JsonObject): Sliced<Measure> {
  const hash = createHash("sha256");
  let bytes = 0;
  for (const piece of jsonPieces(said, "canonical")) {
    bytes += Buffer.byteLength(piece);
    hash.update(piece);
    yield;
  }
  return { bytes, digest: () => hash.digest("base64url") };
}

function places(hidden: readonly Hidden[]): readonly JsonObject[] {
  return hidden.map(({ path, kind }) => ({ path, kind }));
}

/** Rounded up to powers of two, and never small: a sum that was exact would tell the length of what is hidden. */
function bound(value: Json): JsonObject {
  const { values, characters } = weigh(value);
  return { values: powerOfTwo(Math.max(values, 64)), characters: powerOfTwo(Math.max(characters, 1024)) };
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(atLeast));
}
