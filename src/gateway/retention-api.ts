import { CountersignError } from "../shared/errors.ts";
import { erasureWish, holdLift, holdWish } from "../shared/retention.ts";
import type { ApiVisit } from "./api.ts";
import { refuseElsewhere } from "./devices-api.ts";
import { bodyOf } from "./json-body.ts";
import { sendJson } from "./send-json.ts";

/** `GET /v1/holds`, for the roles admin and auditor. Throws CountersignError `not_allowed`. */
export function listHolds({ site, response, principal }: ApiVisit): void {
  if (principal.roles.length === 0)
    throw new CountersignError("not_allowed", "Only the roles admin and auditor may see holds.");
  sendJson(response, 200, { holds: site.retention.holds.all() });
}

/** `POST /v1/holds`. Throws CountersignError `not_allowed` or `bad_request`, and as `refuseElsewhere`. */
export async function placeHold(visit: ApiVisit): Promise<void> {
  await requireAdmin(visit);
  const wish = await bodyOf(visit, holdWish);
  sendJson(visit.response, 200, await visit.site.retention.holds.place(visit.principal.id, wish));
}

/** `POST /v1/holds/lift`. Throws CountersignError `not_allowed` or `not_found`, and as `refuseElsewhere`. */
export async function liftHold(visit: ApiVisit): Promise<void> {
  await requireAdmin(visit);
  const lift = await bodyOf(visit, holdLift);
  await visit.site.retention.lift(visit.principal.id, lift);
  sendJson(visit.response, 200, lift);
}

/** `POST /v1/erasures`: begins. Throws CountersignError `not_allowed`, and as `refuseElsewhere`. */
export async function eraseEntries(visit: ApiVisit): Promise<void> {
  await requireAdmin(visit);
  const wish = await bodyOf(visit, erasureWish);
  sendJson(visit.response, 200, visit.site.retention.byHand.begin(visit.principal.id, wish));
}

/** `GET /v1/erasures/ID`: how it stands. Throws CountersignError `not_allowed` or `not_found`, and as `refuseElsewhere`. */
export async function showErasure(visit: ApiVisit, id: string): Promise<void> {
  await requireAdmin(visit);
  const erasure = visit.site.retention.byHand.get(id);
  if (erasure === undefined)
    throw new CountersignError(
      "not_found",
      "The gateway knows no such erasure. It may have been started again: erase again.",
    );
  sendJson(visit.response, 200, erasure);
}

/** From a device that decides: what is erased doesn't come back. */
async function requireAdmin(visit: ApiVisit): Promise<void> {
  if (!visit.principal.roles.includes("admin"))
    throw new CountersignError(
      "not_allowed",
      "Only the role admin may erase or hold: `roles` in gateway.yaml names its groups.",
    );
  await refuseElsewhere(visit);
}
