import type { Attributes } from "@opentelemetry/api";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import type { EntryKind } from "../../shared/entry-kind.ts";
import { visibleLine } from "../../shared/visible.ts";

/** What a ledger entry says of its call, for the call's span. */
export interface CallFacts {
  readonly attributes: Attributes;
  /** The masked name of the tool or prompt that is called, where the call was not refused. */
  readonly target: string | null;
  readonly failed: boolean;
}

const longestName = 200;

/**
 * The facts of a call's entry, null for other entries. No parameters, results, messages or people: the call's id leads to them in the ledger,
 * for who may read that.
 */
export function callFacts(kind: EntryKind, body: JsonObject): CallFacts | null {
  switch (kind) {
    case "call.request":
      return { attributes: requested(body), target: namesSpan(body) ? nameOf(body) : null, failed: false };
    case "call.refused":
      return { attributes: { ...requested(body), ...refused(body) }, target: null, failed: false };
    case "call.response":
      return answered(body);
    default:
      return null;
  }
}

function requested(body: JsonObject): Attributes {
  const { call, session, era, method, effect, rule } = body;
  const name = nameOf(body);
  return {
    "countersign.call": text(call),
    "countersign.effect": text(effect),
    ...(isJsonObject(rule) && { "countersign.rule": text(rule.name) }),
    ...(era === "legacy" && { "mcp.session.id": text(session) }),
    ...(method === "tools/call" &&
      name !== null && { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name }),
    ...(method === "prompts/get" && name !== null && { "gen_ai.prompt.name": name }),
  };
}

function refused({ code }: JsonObject): Attributes {
  return { "countersign.outcome": "refused", "rpc.response.status_code": text(code), "countersign.code": text(code) };
}

/** A refusal is the gateway at work; an error is what target or gateway failed at. */
function answered({ outcome, approval, response }: JsonObject): CallFacts {
  const said = isJsonObject(response) ? response : {};
  const code = isJsonObject(said.error) ? text(said.error.code) : null;
  const toolError = isJsonObject(said.result) && said.result.isError === true && outcome === "ok";
  const failed = outcome === "error" || outcome === "unknown" || toolError;
  const attributes = {
    "countersign.outcome": text(outcome),
    ...(typeof approval === "string" && { "countersign.approval": approval }),
    ...(code !== null && { "rpc.response.status_code": code, "countersign.code": code }),
    ...(failed && { "error.type": toolError ? "tool_error" : (code ?? text(outcome)) }),
  };
  return { attributes, target: null, failed };
}

/** Tools and prompts are few; resources' addresses are not. */
function namesSpan({ method }: JsonObject): boolean {
  return method === "tools/call" || method === "prompts/get";
}

/** Masked before it came here; a caller's own text all the same. */
function nameOf({ name }: JsonObject): string | null {
  return typeof name === "string" ? visibleLine(name, longestName) : null;
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}
