import { calculateJwkThumbprint, compactVerify, importJWK } from "jose";
import { enrolmentProof, enrolmentType, type Enrolment } from "../../shared/device.ts";
import { CountersignError } from "../../shared/errors.ts";
import type { DeviceRecord, Store } from "../store/store.ts";
import type { Principal } from "./principal.ts";

/** Enrolment needs a sign-in not older than this. */
const freshMs = 5 * 60_000;

export interface EnrolmentTerms {
  readonly store: Store;
  /** The gateway's own origin. */
  readonly gateway: string;
  readonly now: () => number;
  /** All ids of a principal's person, by today's `identities:`. */
  readonly idsOf: (id: string) => readonly string[];
  /** Whether a device waits whose person has, or had, another. */
  readonly secondWaits: boolean;
  /** Where the request came from. */
  readonly address: string;
}

/**
 * Enrols the caller's device; the same key again gives the same device. Throws CountersignError `sign_in_too_old`,
 * `bad_signature` or `unknown_device` (the key is somebody else's).
 */
export async function enrol(
  { store, gateway, now, idsOf, secondWaits, address }: EnrolmentTerms,
  principal: Principal,
  request: Enrolment,
): Promise<DeviceRecord> {
  // Some providers say of a service's token too when it signed in.
  if (principal.kind === "service")
    throw new CountersignError("not_allowed", "A service decides nothing, and enrols no device.");
  const { authenticatedAtMs } = principal;
  if (authenticatedAtMs === null || now() - authenticatedAtMs > freshMs) {
    throw new CountersignError(
      "sign_in_too_old",
      "A device is enrolled within five minutes of a sign-in. Sign in again.",
    );
  }
  await verifyProof(request, gateway, now());
  const id = `dev_${await calculateJwkThumbprint(request.key)}`;
  return store.commit((writes) => {
    const known = writes.devices.known(id);
    if (known?.removed !== undefined)
      throw new CountersignError("revoked", "This device was removed: its key can be enrolled no more.");
    if (known !== undefined && known.principal !== principal.id) {
      throw new CountersignError("unknown_device", "This device key is enrolled for somebody else.");
    }
    if (known !== undefined) return known;
    // One that was removed counts too: whoever could remove the last would otherwise enrol the first.
    const waits = secondWaits && writes.devices.everOf(idsOf(principal.id)).length > 0;
    const device: DeviceRecord = {
      id,
      key: request.key,
      name: request.name,
      principal: principal.id,
      person: principal.person,
      enrolledAtMs: now(),
      ...(waits ? { waits } : {}),
    };
    writes.devices.put(device);
    writes.append("device.enrolled", {
      principalName: principal.name,
      device: id,
      name: request.name,
      principal: principal.id,
      key: { ...request.key },
      ...(waits ? { waits } : {}),
      address,
    });
    return device;
  });
}

/** Who confirms a device, and from which of theirs; null where they have none (a service). */
export interface Confirming {
  readonly by: Principal;
  readonly from: string | null;
  /** Where their request came from. */
  readonly address: string;
}

/** Lets a device that waits decide, at the word of its person or an administrator. Throws CountersignError `not_found`. */
export async function confirm(
  { store, now, personOf }: Pick<EnrolmentTerms, "store" | "now"> & { readonly personOf: (id: string) => string },
  { by, from, address }: Confirming,
  id: string,
): Promise<DeviceRecord> {
  return store.commit((writes) => {
    const device = writes.devices.get(id);
    const isOwn = device !== undefined && personOf(device.principal) === personOf(by.id);
    if (device === undefined || (!isOwn && !by.roles.includes("admin")))
      throw new CountersignError("not_found", "There is no such device.");
    const { waits, ...rest } = device;
    if (waits === undefined) return device;
    const confirmed = { ...rest, confirmed: { atMs: now(), by: by.id } };
    writes.devices.put(confirmed);
    writes.append("device.confirmed", { device: id, principal: device.principal, by: by.id, from, address });
    return confirmed;
  });
}

async function verifyProof({ key, proof }: Enrolment, gateway: string, nowMs: number): Promise<void> {
  try {
    const publicKey = await importJWK(key, "EdDSA");
    const { payload, protectedHeader } = await compactVerify(proof, publicKey, { algorithms: ["EdDSA"] });
    if (protectedHeader.typ !== enrolmentType) throw new Error("wrong typ");
    const said = enrolmentProof.parse(JSON.parse(new TextDecoder().decode(payload)));
    if (said.gateway !== gateway || Math.abs(said.iat * 1000 - nowMs) > freshMs)
      throw new Error("wrong gateway or time");
  } catch (cause) {
    throw new CountersignError("bad_signature", "The proof of the device key does not hold.", { cause });
  }
}
