/**
 * Checkpoints (C2SP tlog-checkpoint) as signed notes (C2SP signed-note): text, an empty line, then lines
 * `— NAME BASE64(keyhash ‖ signature)`. The verifier key is `NAME+HEX(keyhash)+BASE64(0x01 ‖ Ed25519 key)`.
 */
export interface Checkpoint {
  readonly origin: string;
  /** Number of leaves. */
  readonly size: number;
  /** Merkle tree head (RFC 9162, section 2.1.1), base64. */
  readonly root: string;
}

/** The checkpoint of a note whose signature by this key holds, or null. */
export async function verifyCheckpoint(note: string, verifierKey: string): Promise<Checkpoint | null> {
  return await checkpointVerifier(verifierKey)(note);
}

/** The same for who verifies many notes by one key: it is read once. */
export function checkpointVerifier(verifierKey: string): (note: string) => Promise<Checkpoint | null> {
  const open = noteOpener(verifierKey);
  const name = verifierName(verifierKey);
  return async (note) => {
    const text = await open(note);
    return text === null || name === null ? null : parseCheckpoint(text, name);
  };
}

/** The text of any note whose signature by this key holds, its last newline included, or null. */
export function noteOpener(verifierKey: string): (note: string) => Promise<string | null> {
  const key = parseVerifierKey(verifierKey);
  if (key === null) return () => Promise.resolve(null);
  let imported: Promise<CryptoKey> | undefined;
  const publicKey = () => (imported ??= crypto.subtle.importKey("raw", key.publicKey, "Ed25519", false, ["verify"]));
  return async (note) => {
    const split = note.lastIndexOf("\n\n");
    if (split < 0) return null;
    const text = note.slice(0, split + 1);
    const signatures = note.slice(split + 2);
    if (!signatureLines.test(signatures)) return null;
    for (const line of signatures.trimEnd().split("\n")) {
      const signature = signatureBy(key, line);
      if (signature === null) continue;
      const signed = new TextEncoder().encode(text);
      if (await crypto.subtle.verify("Ed25519", await publicKey(), signature, signed)) return text;
    }
    return null;
  };
}

/** The name in front of a verifier key: the log's origin. */
export function verifierName(verifierKey: string): string | null {
  return parseVerifierKey(verifierKey)?.name ?? null;
}

/** Nothing else may stand there, as it would be signed by nobody. */
const signatureLines = /^(?:— \S+ [A-Za-z0-9+/]+={0,2}\n)+$/;

interface VerifierKey {
  readonly name: string;
  readonly hash: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

function parseVerifierKey(verifierKey: string): VerifierKey | null {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(verifierKey.trim());
  if (!match) return null;
  const bytes = fromBase64(match[3] as string);
  if (bytes === null || bytes.length !== 33 || bytes[0] !== 1) return null;
  return { name: match[1] as string, hash: match[2] as string, publicKey: bytes.slice(1) };
}

function signatureBy(key: VerifierKey, line: string): Uint8Array<ArrayBuffer> | null {
  const match = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
  if (!match || match[1] !== key.name) return null;
  const bytes = fromBase64(match[2] as string);
  if (bytes === null || bytes.length !== 68 || hex(bytes.slice(0, 4)) !== key.hash) return null;
  return bytes.slice(4);
}

function parseCheckpoint(text: string, name: string): Checkpoint | null {
  const [origin, size, root] = text.split("\n");
  if (origin !== name || !/^(0|[1-9]\d*)$/.test(size ?? "") || fromBase64(root ?? "")?.length !== 32) return null;
  return { origin, size: Number(size), root: root as string };
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  let decoded: string;
  try {
    decoded = atob(text);
  } catch {
    return null;
  }
  const bytes = new Uint8Array(decoded.length);
  for (let at = 0; at < decoded.length; at += 1) bytes[at] = decoded.charCodeAt(at);
  return bytes;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
