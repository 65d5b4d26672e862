import { randomFillSync } from "node:crypto";

const saltBytes = 32;

/** Random bytes are asked for by so many salts at once: the asking costs more than the bytes. */
const together = 256;
let pool = Buffer.alloc(0);
let used = 0;

/** A fresh random salt, used once. It is a view of memory that nothing else is given. */
export function newSalt(): Buffer {
  if (used === pool.length) {
    pool = randomFillSync(Buffer.allocUnsafeSlow(saltBytes * together));
    used = 0;
  }
  used += saltBytes;
  return pool.subarray(used - saltBytes, used);
}
