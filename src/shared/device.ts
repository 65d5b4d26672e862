import { z } from "zod";

/** An Ed25519 public key as a JWK (RFC 8037). */
export const devicePublicKey = z.strictObject({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string() });
export type DevicePublicKey = z.infer<typeof devicePublicKey>;

/**
 * `POST /v1/devices`. `proof` is a JWS by the new key, `typ: countersign-enrolment+jws`, over
 * `{gateway, iat}`; it shows that the sender holds the key.
 */
export const enrolment = z.strictObject({ key: devicePublicKey, name: z.string().min(1).max(200), proof: z.string() });
export type Enrolment = z.infer<typeof enrolment>;
export const enrolmentType = "countersign-enrolment+jws";
export const enrolmentProof = z.strictObject({ gateway: z.string(), iat: z.number().int() });

/** An enrolled device of a person, as they or an administrator see it; `sessions` are the ids of those that it has now. */
export const deviceView = z.object({
  id: z.string(),
  name: z.string(),
  principal: z.string(),
  enrolledAtMs: z.number(),
  sessions: z.array(z.string()),
  /** It is the one that asks. */
  isThis: z.boolean(),
  /** It may not decide yet: until one of the person's other devices confirms it, or, where none of these may decide, an administrator. */
  waits: z.enum(["device", "admin"]).optional(),
});
export type DeviceView = z.infer<typeof deviceView>;

/** What the device that asks waits for; undefined where it decides, or isn't listed. */
export function waitsHere(devices: readonly DeviceView[]): DeviceView["waits"] {
  return devices.find(({ isThis }) => isThis)?.waits;
}

/** `POST /v1/revocations`: what is to be let in no more. */
export const revocation = z.strictObject({
  kind: z.enum(["principal", "device", "session"]),
  id: z.string().min(1).max(500),
});
export type Revocation = z.infer<typeof revocation>;

export const enrolled = z.object({ device: z.string() });
