import { z } from "zod";
import type { DeviceView } from "../shared/device.ts";
import { CountersignError } from "../shared/errors.ts";
import type { ApiVisit } from "./api.ts";
import type { Site } from "./http.ts";
import { bodyOf } from "./json-body.ts";
import { enrol } from "./identity/devices.ts";
import { enrolment, revocation } from "../shared/device.ts";
import { sendJson } from "./mcp/reply.ts";

/** `POST /v1/devices`. Throws as `enrol` does. */
export async function enrolDevice({ site, request, response, principal }: ApiVisit): Promise<void> {
  const { gate, origin } = site;
  const device = await enrol(gate.store, origin, gate.now, principal, await bodyOf(request, enrolment));
  // Whoever did not enrol it themselves should know of it at once, on the devices that they have.
  site.stream.devicesChanged(site.personOf(device.principal));
  sendJson(response, 200, { device: device.id });
}

/** `GET /v1/devices`: one's own, or with `?principal=ID` another's, for the role admin. Throws CountersignError `not_allowed`. */
export function listDevices({ site, request, response, principal, session }: ApiVisit): void {
  const asked = new URL(request.url ?? "/", site.origin).searchParams.get("principal");
  if (asked !== null && asked !== principal.id && !principal.roles.includes("admin"))
    throw new CountersignError("not_allowed", "Only the role admin may see another's devices.");
  const id = asked ?? principal.id;
  const person = site.personOf(id);
  const live = site.sessions.all();
  const devices = site.gate.store.devices.of(person, id).map((device): DeviceView => {
    const { name, principal: owner, enrolledAtMs } = device;
    const sessions = live.filter((each) => each.device === device.id).map((each) => each.id);
    return { id: device.id, name, principal: owner, enrolledAtMs, sessions, isThis: device.id === session?.device };
  });
  sendJson(response, 200, { devices });
}

/** `POST /v1/revocations`. Throws CountersignError `not_found` or `not_allowed`. */
export async function revoke({ site, request, response, principal }: ApiVisit): Promise<void> {
  const { kind, id } = await bodyOf(request, revocation);
  const { issuers } = site.gate.runtime().config;
  // Whoever misspells an id should not believe that somebody is kept out.
  if (kind === "principal" && !issuers.some(({ name }) => id.startsWith(`${name}:`)))
    throw new CountersignError("not_found", "A principal's id is ISSUER:KEY, of an issuer of gateway.yaml.");
  await site.revoking[kind](principal, id);
  if (kind === "device") tellOwner(site, id);
  // What a person or a device granted, or was granted, ends with them.
  await site.gate.grants.endDue("now");
  sendJson(response, 200, { kind, id });
}

function tellOwner({ gate, stream, personOf }: Site, device: string): void {
  const owner = gate.store.devices.known(device)?.principal;
  if (owner !== undefined) stream.devicesChanged(personOf(owner));
}

/** `POST /v1/revocations/lift`: a principal is let in again. Throws CountersignError `not_found` or `not_allowed`. */
export async function restore({ site, request, response, principal }: ApiVisit): Promise<void> {
  const { id } = await bodyOf(request, z.strictObject({ kind: z.literal("principal"), id: z.string().max(500) }));
  await site.revoking.restore(principal, id);
  sendJson(response, 200, { kind: "principal", id });
}
