import { calculateJwkThumbprint, compactVerify, importJWK } from "jose";
import { enrolmentProof, enrolmentType, type Enrolment } from "../../shared/device.ts";
import { CountersignError } from "../../shared/errors.ts";
import type { DeviceRecord, Store } from "../store/store.ts";
import type { Principal } from "./principal.ts";

/** Enrolment needs a sign-in not older than this. */
const freshMs = 5 * 60_000;

/**
 * Enrols the caller's device; the same key again gives the same device. Throws CountersignError `sign_in_too_old`,
 * `bad_signature` or `unknown_device` (the key is somebody else's).
 */
export async function enrol(
  store: Store,
  gateway: string,
  now: () => number,
  principal: Principal,
  request: Enrolment,
): Promise<DeviceRecord> {
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
    const device: DeviceRecord = {
      id,
      key: request.key,
      name: request.name,
      principal: principal.id,
      person: principal.person,
      enrolledAtMs: now(),
    };
    writes.devices.put(device);
    writes.append("device.enrolled", {
      device: id,
      name: request.name,
      principal: principal.id,
      key: { ...request.key },
    });
    return device;
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
