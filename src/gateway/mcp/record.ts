import { createHash, randomBytes } from "node:crypto";
import type { Hidden } from "../../shared/approval.ts";
import { canonical, type JsonObject } from "../../shared/json.ts";
import type { RpcMessage } from "../../shared/target.ts";
import type { Effect } from "../policy/policy.ts";
import type { Classified } from "./classify.ts";
import type { Exchange } from "./context.ts";

export type Request = Extract<Classified, { kind: "request" }>;

export function newCallId(): string {
  return `cal_${randomBytes(12).toString("base64url")}`;
}

/** The body of `call.request` and `call.refused`: who, through what, on what, with which masked parameters, under which rule. */
export function requestEntry(
  exchange: Exchange,
  request: Request,
  call: string,
  name: string | null,
  effect: Effect | null,
): JsonObject {
  const { caller, connection, session, client } = exchange;
  const { principal } = caller;
  const { value, hidden } = connection.masker.mask(request.params);
  return {
    call,
    session: session.id,
    principal: { id: principal.id, kind: principal.kind, name: principal.name },
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
  };
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
export function responseEntry(
  call: string,
  outcome: string,
  facts: RunFacts & { readonly whole: boolean; readonly approval: string | null },
): JsonObject {
  const { response, hidden, ms, messages, tooLarge, whole, approval } = facts;
  const { id: _id, jsonrpc: _version, ...said } = response ?? { jsonrpc: "2.0" };
  const text = canonical(said);
  return {
    call,
    outcome,
    ms,
    messages,
    bytes: Buffer.byteLength(text),
    ...(approval === null ? {} : { approval }),
    ...(tooLarge === undefined ? {} : { tooLarge }),
    ...(whole
      ? { response: said, hidden: places(hidden) }
      : { digest: createHash("sha256").update(text).digest("base64url") }),
  };
}

function places(hidden: readonly Hidden[]): readonly JsonObject[] {
  return hidden.map(({ path, kind }) => ({ path, kind }));
}
