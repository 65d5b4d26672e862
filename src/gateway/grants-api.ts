import type { ApiVisit } from "./api.ts";
import { sendJson } from "./send-json.ts";

/** `GET /v1/grants`: those that the caller holds, may revoke, or may look at by role. */
export function listGrants({ site, response, principal }: ApiVisit): void {
  sendJson(response, 200, { grants: site.gate.grants.list(principal) });
}

/** `POST /v1/grants/ID/revoke`. Throws CountersignError `not_found` or `not_allowed`. */
export async function revokeGrant({ site, response, principal }: ApiVisit, id: string): Promise<void> {
  sendJson(response, 200, { grant: await site.gate.grants.revoke(principal, id) });
}
