import { z } from "zod";
import { CountersignError } from "../shared/errors.ts";
import type { DeviceView } from "../shared/device.ts";
import { addressOf, originOf } from "./admitting.ts";
import type { ApiVisit } from "./api.ts";
import { bodyOf } from "./json-body.ts";
import type { Site } from "./http.ts";
import { confirm, enrol } from "./identity/devices.ts";
import { hasSay, refuseUnconfirmed, refuseUndeciding, waitsFor } from "./identity/say.ts";
import { enrolment, revocation } from "../shared/device.ts";
import { sendJson } from "./send-json.ts";

/** `POST /v1/devices`. Throws as `enrol` does. */
export async function enrolDevice(visit: ApiVisit): Promise<void> {
  const { site, response, principal } = visit;
  const { gate, origin, idsOf } = site;
  const { store, now } = gate;
  const asked = await bodyOf(visit, enrolment);
  const { secondWaits } = gate.runtime().config.devices;
  const device = await enrol(
    { store, gateway: origin, now, idsOf, secondWaits, address: addressOf(visit.request) },
    principal,
    asked,
  );
  // Whoever did not enrol it themselves should know of it at once, on the devices that they have.
  site.stream.devicesChanged(site.personOf(device.principal));
  sendJson(response, 200, { device: device.id });
}

/** `GET /v1/devices`: one's own, or with `?principal=ID` another's, for the roles admin and auditor. Throws CountersignError `not_allowed`. */
export function listDevices({ site, request, response, principal, session }: ApiVisit): void {
  const asked = new URL(request.url ?? "/", site.origin).searchParams.get("principal");
  if (asked !== null && asked !== principal.id && principal.roles.length === 0)
    throw new CountersignError("not_allowed", "Only the roles admin and auditor may see another's devices.");
  const id = asked ?? principal.id;
  const { config } = site.gate.runtime();
  // Who may decide nothing anywhere waits for nothing; what another may is told by their own token alone.
  const tells = config.devices.secondWaits && (id !== principal.id || hasSay(config, principal));
  const live = site.sessions.all();
  const all = site.gate.store.devices.of(site.idsOf(id));
  const devices = all.map((device): DeviceView => {
    const { name, principal: owner, enrolledAtMs } = device;
    const sessions = live.filter((each) => each.device === device.id).map((each) => each.id);
    const view = {
      id: device.id,
      name,
      principal: owner,
      enrolledAtMs,
      sessions,
      isThis: device.id === session?.device,
    };
    const waits = tells ? waitsFor(device, all) : undefined;
    return waits === undefined ? view : { ...view, waits };
  });
  sendJson(response, 200, { devices });
}

/** `POST /v1/devices/ID/confirm`: by its person, from a device of theirs that decides, or by the role admin. Throws CountersignError `not_found`, and as `refuseUndeciding`. */
export async function confirmDevice(visit: ApiVisit, id: string): Promise<void> {
  const { site, response, principal, session } = visit;
  const { store, now } = site.gate;
  await recording(visit, () => refuseUndeciding(site.gate.runtime().config, store.devices, visit));
  const confirming = { by: principal, from: session?.device ?? null, address: addressOf(visit.request) };
  await confirm({ store, now, personOf: site.personOf }, confirming, id);
  tellOwner(site, id);
  sendJson(response, 200, { device: id });
}

/** `POST /v1/revocations`. Throws CountersignError `not_found` or `not_allowed`, and as `refuseUnconfirmed`. */
export async function revoke(visit: ApiVisit): Promise<void> {
  const { site, response, principal, session } = visit;
  const { kind, id } = await bodyOf(visit, revocation);
  const isItself = kind === "device" && id === session?.device;
  if (!isItself) await refuseElsewhere(visit);
  const { issuers } = site.gate.runtime().config;
  // Whoever misspells an id should not believe that somebody is kept out.
  if (kind === "principal" && !issuers.some(({ name }) => id.startsWith(`${name}:`)))
    throw new CountersignError("not_found", "A principal's id is ISSUER:KEY, of an issuer of gateway.yaml.");
  await site.revoking[kind](principal, id, originOf(visit));
  if (kind === "device") tellOwner(site, id);
  // What a person or a device granted, or was granted, ends with them.
  await site.gate.grants.endDue("now");
  sendJson(response, 200, { kind, id });
}

/** Refuses, and records, what a person with a say sends from elsewhere than a device that decides. Throws as `refuseUnconfirmed`. */
export async function refuseElsewhere(visit: ApiVisit): Promise<void> {
  const { gate } = visit.site;
  await recording(visit, () => refuseUnconfirmed(gate.runtime().config, gate.store.devices, visit));
}

/** A refusal of this kind may be a thief's: it is in the ledger with the device that it came from. */
async function recording({ site, request, path, principal, session }: ApiVisit, check: () => void): Promise<void> {
  try {
    check();
  } catch (error) {
    if (error instanceof CountersignError) {
      const { code } = error;
      const whose = session === null ? {} : { session: session.id, device: session.device ?? "" };
      const refusal = { kind: "request.refused", code, path, address: addressOf(request) } as const;
      await site.refusals.record({ ...refusal, principal: principal.id, ...whose });
    }
    throw error;
  }
}

function tellOwner({ gate, stream, personOf }: Site, device: string): void {
  const owner = gate.store.devices.known(device)?.principal;
  if (owner !== undefined) stream.devicesChanged(personOf(owner));
}

/** `POST /v1/revocations/lift`: a principal is let in again. Throws CountersignError `not_found` or `not_allowed`. */
export async function restore(visit: ApiVisit): Promise<void> {
  const { site, response, principal } = visit;
  const { id } = await bodyOf(visit, z.strictObject({ kind: z.literal("principal"), id: z.string().max(500) }));
  await site.revoking.restore(principal, id, originOf(visit));
  sendJson(response, 200, { kind: "principal", id });
}
