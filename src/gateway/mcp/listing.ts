import { isJsonObject, type Json } from "../../shared/json.ts";
import type { RpcMessage } from "../../shared/target.ts";
import type { Principal } from "../identity/principal.ts";
import type { Policy, Subject } from "../policy/policy.ts";

type ListKind = "tools" | "resources" | "resourceTemplates" | "prompts";

const subjects: Readonly<Record<ListKind, { readonly kind: Subject["kind"]; readonly field: string }>> = {
  tools: { kind: "tool", field: "name" },
  resources: { kind: "resource", field: "uri" },
  resourceTemplates: { kind: "resource", field: "uriTemplate" },
  prompts: { kind: "prompt", field: "name" },
};

/** The list as this principal may see it: only what they may use, held calls included (rule 1). */
export function filterList(
  response: RpcMessage,
  of: ListKind,
  policy: Policy,
  principal: Principal,
  connection: string,
): RpcMessage {
  const { result } = response;
  if (result === undefined) return response;
  const members = isJsonObject(result) ? result : {};
  const listed = members[of];
  const { kind, field } = subjects[of];
  // What is no list can't be filtered, so nothing of it is shown.
  const shown = (Array.isArray(listed) ? (listed as readonly Json[]) : []).filter((item) => {
    const name = isJsonObject(item) ? item[field] : undefined;
    return typeof name === "string" && policy.mayUse({ principal, connection, kind, name });
  });
  return { ...response, result: { ...members, [of]: shown } };
}
