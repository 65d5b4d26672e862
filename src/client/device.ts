import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from "jose";
import { z } from "zod";
import { decisionType, type DecisionPayload } from "../shared/approval.ts";
import { devicePublicKey, enrolled, enrolmentType, type DevicePublicKey } from "../shared/device.ts";
import { grantType, type GrantPayload } from "../shared/grant.ts";
import { CountersignError } from "../shared/errors.ts";
import { dpopType, type DpopClaims } from "../shared/gateway-session.ts";
import type { GatewayApi } from "./gateway.ts";
import type { Vault } from "./vault/vault.ts";

/** This installation's signing key, enrolled for one principal at one gateway. */
export interface Device {
  /** The enrolled id, or null where this principal has enrolled none yet. */
  idFor(principal: string): string | null;
  /** Enrols the key (a new one for a new principal) and keeps its id. `gatewaySeconds`: the gateway's clock. Throws `sign_in_too_old`. */
  enrol(api: GatewayApi, principal: string, gatewaySeconds: number): Promise<string>;
  /** The decision as a compact JWS by the enrolled key. Throws `unknown_device` before an enrolment. */
  sign(payload: DecisionPayload): Promise<string>;
  /** A DPoP proof (RFC 9449), by the enrolled key; before an enrolment, by one of this process alone. */
  prove(claims: DpopClaims): Promise<string>;
  /** A grant in the same way. */
  signGrant(payload: GrantPayload): Promise<string>;
}

/** `vault`: where the key rests between runs; null keeps it in memory only, where it can't be exported at all. */
export async function openDevice(vault: Vault | null, gateway: string, name: string): Promise<Device> {
  let held = vault === null ? null : await load(vault, gateway);
  let unenrolled: Key | null = null;
  const newKey = async () => (vault === null ? memoryKey() : storableKey());

  return {
    idFor: (principal) => (held?.principal === principal ? held.id : null),
    async enrol(api, principal, gatewaySeconds) {
      const key = held?.principal === principal ? held.key : await newKey();
      const proof = await new SignJWT({ gateway })
        .setProtectedHeader({ alg: "EdDSA", typ: enrolmentType })
        .setIssuedAt(gatewaySeconds)
        .sign(key.privateKey);
      const answer = await api.post("/v1/devices", { key: key.publicKey, name, proof }, enrolled);
      held = { id: answer.device, principal, key };
      if (vault !== null) await store(vault, gateway, held);
      return answer.device;
    },
    async prove(claims) {
      const { publicKey, privateKey } = held?.key ?? (unenrolled ??= await memoryKey());
      const header = { alg: "EdDSA", typ: dpopType, jwk: publicKey } as const;
      return await new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
    },
    sign: (payload) => signAs(held, decisionType, payload),
    signGrant: (payload) => signAs(held, grantType, payload),
  };
}

interface Key {
  readonly publicKey: DevicePublicKey;
  readonly privateKey: CryptoKey;
  /** Only where a vault will hold it. */
  readonly stored: JWK | null;
}
interface Held {
  readonly id: string;
  readonly principal: string;
  readonly key: Key;
}

async function signAs(held: Held | null, typ: string, payload: DecisionPayload | GrantPayload): Promise<string> {
  if (held === null) throw new CountersignError("unknown_device", "This device is not enrolled: sign in again.");
  return await new SignJWT(payload).setProtectedHeader({ alg: "EdDSA", typ, kid: held.id }).sign(held.key.privateKey);
}

const vaultKey = "device";
const storedDevice = z.object({
  gateway: z.string(),
  id: z.string(),
  principal: z.string(),
  key: z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string(), d: z.string() }),
});

async function memoryKey(): Promise<Key> {
  const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: false });
  return { publicKey: publicPart(await exportJWK(pair.publicKey)), privateKey: pair.privateKey, stored: null };
}

async function storableKey(): Promise<Key> {
  const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  return await keyOf(await exportJWK(pair.privateKey));
}

async function keyOf(jwk: JWK): Promise<Key> {
  // The handle that signs can't be exported, whatever the vault holds.
  const privateKey = await importJWK(jwk, "EdDSA", { extractable: false });
  if (privateKey instanceof Uint8Array) throw new CountersignError("internal", "The device key is not an Ed25519 key.");
  return { publicKey: publicPart(jwk), privateKey, stored: jwk };
}

function publicPart(jwk: JWK): DevicePublicKey {
  return devicePublicKey.parse({ kty: jwk.kty, crv: jwk.crv, x: jwk.x });
}

async function load(vault: Vault, gateway: string): Promise<Held | null> {
  const text = await vault.get(vaultKey);
  if (text === null) return null;
  const found = storedDevice.parse(JSON.parse(text));
  // An id means nothing at another gateway: a new key is made there.
  if (found.gateway !== gateway) return null;
  return { id: found.id, principal: found.principal, key: await keyOf(found.key) };
}

async function store(vault: Vault, gateway: string, held: Held): Promise<void> {
  const { id, principal, key } = held;
  await vault.set(vaultKey, JSON.stringify({ gateway, id, principal, key: key.stored }));
}
