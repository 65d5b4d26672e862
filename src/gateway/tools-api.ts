import { CountersignError } from "../shared/errors.ts";
import { toolAcceptance } from "../shared/tool.ts";
import { originOf } from "./admitting.ts";
import type { ApiVisit } from "./api.ts";
import { bodyOf } from "./json-body.ts";
import { sendJson } from "./send-json.ts";

/** `GET /v1/tools`: every tool the gateway has seen since it started, for the roles admin and auditor. Throws CountersignError `not_allowed`. */
export function listTools(visit: ApiVisit): void {
  if (visit.principal.roles.length === 0)
    throw new CountersignError("not_allowed", "Only the roles admin and auditor may see what targets declare.");
  const { gate } = visit.site;
  const tools = [...gate.runtime().connections.values()].flatMap((connection) => gate.tools.list(connection));
  sendJson(visit.response, 200, { tools });
}

/** `POST /v1/tools/accept`: the tool as it is declared now may be called again. Throws CountersignError `not_allowed`, `not_found`, `digest_mismatch`. */
export async function acceptTool(visit: ApiVisit): Promise<void> {
  requireAdmin(visit);
  const { gate } = visit.site;
  const { connection: name, tool, fingerprint } = await bodyOf(visit, toolAcceptance);
  const connection = gate.runtime().connections.get(name);
  if (connection === undefined) throw new CountersignError("not_found", "There is no such connection.");
  await gate.tools.accept(connection, tool, fingerprint, { by: visit.principal.id, ...originOf(visit) });
  sendJson(visit.response, 200, { connection: name, tool, fingerprint });
}

function requireAdmin({ principal }: ApiVisit): void {
  if (!principal.roles.includes("admin")) throw new CountersignError("not_allowed", "Only the role admin may do this.");
}
