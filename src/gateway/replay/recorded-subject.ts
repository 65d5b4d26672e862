import type { Json } from "../../shared/json.ts";
import type { RecordedCall } from "../../shared/ledger.ts";
import { maskMark } from "../masking/marks.ts";
import type { Principal } from "../identity/principal.ts";
import type { Subject } from "../policy/policy.ts";
import type { Unknown, Veil } from "../policy/veil.ts";
import type { References, SeenPrincipal, SeenTool } from "./references.ts";

/** A subject as far as its entry tells, and what it doesn't. */
export interface RecordedSubject {
  readonly subject: Subject;
  readonly veil: Veil;
}

/** What rules judged in a recorded call: this name of this kind. `recordedAtMs` stands for the time where the entry has no better one. */
export function recordedSubject(
  call: RecordedCall,
  kind: Subject["kind"],
  name: string,
  recordedAtMs: number,
  references: References,
): RecordedSubject {
  const seen = references.principal(call.principal.state);
  const tool = toolOf(call, kind, name, references);
  const args: Json = call.params.arguments ?? {};
  const hiddenArguments = masked(call.hidden, [], "arguments");
  const unknown: Unknown[] = [
    ...(seen === undefined ? unrecorded : []),
    ...(name.includes(maskMark) ? [{ path: ["name"] as const, what: "name, which was masked" }] : []),
    ...(call.judgedAtMs === undefined ? [{ path: ["time"] as const, what: "the time, which is not recorded" }] : []),
    ...tool.unknown,
    ...hiddenArguments,
  ];
  const subject: Subject = {
    principal: principalOf(call.principal, seen),
    connection: call.connection,
    kind,
    name,
    method: call.method,
    arguments: args,
    tool: tool.facts,
    client: call.client,
    device: call.device,
    address: call.address,
    nowMs: call.judgedAtMs ?? recordedAtMs,
  };
  return { subject, veil: { unknown, weight: hiddenArguments.length === 0 ? null : (call.weight ?? unlimited) } };
}

const unlimited = { values: Infinity, characters: Infinity };

const unrecorded: readonly Unknown[] = (["groups", "issuer", "roles", "assurance"] as const).map((member) => ({
  path: ["principal", member],
  what: `principal.${member}, which is not recorded`,
}));

/** Rules read nothing of a principal but what `principal.seen` has. */
function principalOf({ id, kind, name }: RecordedCall["principal"], seen: SeenPrincipal | undefined): Principal {
  const { groups = [], issuer = "", roles = [], assurance = null } = seen ?? {};
  const unread = { person: id, clientId: "", expiresAtMs: 0, authenticatedAtMs: null };
  return { id, kind, name, groups, issuer, roles, ...unread, ...(assurance === null ? {} : { assurance }) };
}

interface RecordedTool {
  readonly facts: Subject["tool"];
  readonly unknown: readonly Unknown[];
}

function toolOf(
  { connection, fingerprint }: RecordedCall,
  kind: Subject["kind"],
  name: string,
  references: References,
): RecordedTool {
  if (kind !== "tool" || fingerprint === null) return { facts: null, unknown: [] };
  const seen = fingerprint === undefined ? undefined : references.tool(connection, fingerprint);
  if (seen !== undefined) return declaredTool(seen, name);
  const what = "tool, whose declaration is not recorded";
  return { facts: null, unknown: [{ path: ["tool"], what }] };
}

function declaredTool({ annotations, fingerprint, hidden }: SeenTool, name: string): RecordedTool {
  const unknown = hidden.flatMap(({ path }) => masked([{ path: ["annotations", ...path] }], ["tool"], "annotations"));
  const byName: Unknown[] = name.includes(maskMark)
    ? [{ path: ["tool", "name"], what: "tool.name, which was masked" }]
    : [];
  return { facts: { name, annotations, fingerprint }, unknown: [...unknown, ...byName] };
}

/** The hidden places at or under a member, as places of a condition's variables that begin with `above`. */
function masked(
  hidden: readonly { readonly path: readonly (string | number)[] }[],
  above: readonly string[],
  member: string,
): readonly Unknown[] {
  return hidden
    .filter(({ path }) => path[0] === member)
    .map(({ path }) => {
      // A name that was masked itself may be any name: nothing is known of what it stands in.
      const cut = path.findIndex((step) => typeof step === "string" && step.includes(maskMark));
      const [first = "", ...rest] = [...above, ...(cut === -1 ? path : path.slice(0, cut))];
      const shown = [first, ...rest].map((step, at) =>
        typeof step === "number" ? `[${step}]` : at === 0 ? step : `.${step}`,
      );
      return { path: [String(first), ...rest], what: `${shown.join("")}, which was masked` };
    });
}
