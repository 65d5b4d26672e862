import type { Principal } from "../../../src/gateway/identity/principal.ts";
import type { Subject } from "../../../src/gateway/policy/policy.ts";

/** A caller in these groups. */
export function caller(...groups: string[]): Principal {
  return {
    id: "idp:1",
    kind: "user",
    name: "Ada",
    groups,
    issuer: "idp",
    person: "idp:1",
    roles: [],
    clientId: "app",
    expiresAtMs: 0,
    authenticatedAtMs: null,
    assurance: "phr",
  };
}

/** A tool call, as the data path puts it to the rules; Friday the first of March 2024, 14:30 UTC. */
export function subject(change: Partial<Subject> & { readonly groups?: string[] } = {}): Subject {
  const { groups, ...rest } = change;
  return {
    principal: caller(...(groups ?? [])),
    connection: "files",
    kind: "tool",
    name: "read_file",
    method: "tools/call",
    arguments: {},
    tool: { name: "read_file", annotations: { readOnlyHint: true }, fingerprint: "f1" },
    client: { name: "cursor", version: "1.0" },
    device: "dev_1",
    address: "10.0.0.7",
    nowMs: Date.parse("2024-03-01T14:30:00Z"),
    ...rest,
  };
}
