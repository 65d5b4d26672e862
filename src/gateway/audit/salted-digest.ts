import { hash } from "node:crypto";

/** Longer bodies get memory of their own, which goes after them. Bytes. */
const mostKept = 1024 * 1024;
const saltBytes = 32;

/** Digests of salted bodies, one after the other in the same memory: for who computes a million of them. */
export class SaltedDigest {
  readonly #kept = Buffer.alloc(saltBytes + mostKept);

  /** base64url SHA-256 over the salt, given as 64 digits of hex, and the body: how a leaf commits to its body. */
  of(salt: string, body: string): string {
    // No character takes more than three bytes for each of its code units.
    const isShort = body.length * 3 <= mostKept;
    const bytes = isShort ? this.#kept : Buffer.allocUnsafeSlow(saltBytes + Buffer.byteLength(body));
    // Where the salt is no hex throughout, what stood there before must not count for it.
    bytes.fill(0, 0, saltBytes);
    bytes.write(salt, 0, "hex");
    const length = saltBytes + bytes.write(body, saltBytes);
    return hash("sha256", bytes.subarray(0, length), "base64url");
  }
}
