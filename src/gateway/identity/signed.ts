import { compactVerify, decodeProtectedHeader, importJWK } from "jose";
import type { z } from "zod";
import { CountersignError } from "../../shared/errors.ts";
import { parseStrictJson } from "../../shared/strict-json.ts";
import type { DeviceRecord } from "../store/store.ts";
import type { Principal } from "./principal.ts";

/** What a device of the caller signed: the signature holds, the payload is parsed, nothing of it is compared yet. */
export interface Signed<T, D = DeviceRecord> {
  readonly jws: string;
  readonly payload: T;
  readonly device: D;
}

/** What kind of JWS is expected: its `typ`, the shape of its payload, and what to call it in a refusal. */
export interface SignedKind<T> {
  readonly typ: string;
  readonly payload: z.ZodType<T>;
  readonly noun: string;
}

/** Checks who signed (RFC 7515). Throws CountersignError `unknown_device` or `bad_signature`. */
export async function verifySigned<T, D extends Pick<DeviceRecord, "principal" | "key">>(
  jws: string,
  { typ, payload, noun }: SignedKind<T>,
  principal: Pick<Principal, "id">,
  devices: { get(id: string): D | undefined },
): Promise<Signed<T, D>> {
  const header = headerOf(jws, noun);
  if (header.alg !== "EdDSA" || header.typ !== typ || typeof header.kid !== "string") {
    throw new CountersignError("bad_signature", `The ${noun} is not a JWS of the kind that devices sign.`);
  }
  // RFC 7515, section 4.1.11: no extension is understood here, unencoded payloads (RFC 7797) included.
  if (header.crit !== undefined || header["b64"] !== undefined) {
    throw new CountersignError("bad_signature", `The ${noun} demands an extension that is unknown here.`);
  }
  const device = devices.get(header.kid);
  if (device === undefined || device.principal !== principal.id) {
    throw new CountersignError("unknown_device", "This device is not enrolled for you. Sign in again to enrol it.");
  }
  const key = await importJWK(device.key, "EdDSA");
  const verified = await compactVerify(jws, key, { algorithms: ["EdDSA"] }).catch((cause: unknown) => {
    throw new CountersignError("bad_signature", `The ${noun}'s signature does not hold.`, { cause });
  });
  return { jws, payload: parsePayload(verified.payload, payload, noun), device };
}

/** Nothing of ours may be signed for longer than this, in seconds. */
const longestSeconds = 300;
const skewSeconds = 60;

/** Whether what was signed `iat` to `exp` (seconds) may still arrive, by the gateway's clock. */
export function isTimely({ iat, exp }: { readonly iat: number; readonly exp: number }, nowMs: number): boolean {
  const now = Math.floor(nowMs / 1000);
  return exp > now && exp - iat <= longestSeconds && exp > iat && iat <= now + skewSeconds;
}

function headerOf(jws: string, noun: string): ReturnType<typeof decodeProtectedHeader> {
  try {
    return decodeProtectedHeader(jws);
  } catch (cause) {
    throw new CountersignError("bad_signature", `The ${noun} is not a JWS.`, { cause });
  }
}

function parsePayload<T>(bytes: Uint8Array, shape: z.ZodType<T>, noun: string): T {
  try {
    // Another reader of the ledger must read the same: one meaning for every parser (rule 3).
    const parsed = parseStrictJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (!parsed.ok) throw new TypeError(parsed.reason);
    return shape.parse(parsed.value);
  } catch (cause) {
    throw new CountersignError("bad_signature", `The ${noun}'s payload is malformed.`, { cause });
  }
}
