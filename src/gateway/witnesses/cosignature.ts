import { createHash, createPublicKey, verify, type KeyObject } from "node:crypto";

/** A witness's key as it is given: `NAME+HEX(key hash)+BASE64(0x04 ‖ Ed25519 key)` (C2SP signed-note, tlog-cosignature). */
export interface WitnessKey {
  readonly name: string;
  /** The first bytes of each of its signatures, in hex. */
  readonly hash: string;
  readonly key: KeyObject;
}

/** What a witness said by its cosignature: at this time the log's largest tree that it had seen was this one. */
export interface Witnessed {
  readonly name: string;
  readonly size: number;
  readonly atMs: number;
}

const ed25519Cosignature = 4;

/** Null where the text is no key for cosignatures by Ed25519; those by ML-DSA-44 are not read. */
export function parseWitnessKey(text: string): WitnessKey | null {
  const [, name = "", hash = "", base64 = ""] =
    /^([^+\s]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text.trim()) ?? [];
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length !== 33 || bytes[0] !== ed25519Cosignature) return null;
  const digest = createHash("sha256").update(`${name}\n`).update(bytes).digest("hex");
  if (digest.slice(0, 8) !== hash) return null;
  const x = bytes.subarray(1).toString("base64url");
  return { name, hash, key: createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" }) };
}

/** The newest cosignature by this key on a note whose own signature was checked; null where none holds. */
export function witnessedBy(key: WitnessKey, note: string): Witnessed | null {
  const split = note.lastIndexOf("\n\n");
  return newest(key, note.slice(0, split + 1), note.slice(split + 2))?.said ?? null;
}

/** The line of a witness's answer, newline included, that cosigns this note newest; null where none does. What else stands there nobody keeps. */
export function cosignatureIn(key: WitnessKey, note: string, answer: string): string | null {
  const text = note.slice(0, note.lastIndexOf("\n\n") + 1);
  const line = newest(key, text, answer)?.line;
  return line === undefined ? null : `${line}\n`;
}

interface Cosigned {
  readonly line: string;
  readonly said: Witnessed;
}

/** Later than any date can say: nobody saw anything then. */
const lastMs = 8_640_000_000_000_000;

function newest({ name, hash, key }: WitnessKey, text: string, lines: string): Cosigned | null {
  let found: Cosigned | null = null;
  for (const line of lines.split("\n")) {
    const [dash, signer, base64 = "", ...rest] = line.split(" ");
    const bytes = Buffer.from(base64, "base64");
    if (dash !== "—" || signer !== name || rest.length > 0 || bytes.toString("base64") !== base64) continue;
    if (bytes.length !== 76 || bytes.toString("hex", 0, 4) !== hash) continue;
    const seconds = bytes.readBigUInt64BE(4);
    const atMs = Number(seconds) * 1000;
    if (atMs > lastMs || (found !== null && atMs <= found.said.atMs)) continue;
    const signed = Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
    if (!verify(null, signed, key, bytes.subarray(12))) continue;
    found = { line, said: { name, size: Number(text.split("\n")[1]), atMs } };
  }
  return found;
}
