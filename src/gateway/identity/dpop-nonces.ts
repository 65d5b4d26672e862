import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const slotMs = 120_000;
/** Proofs of one device, or service, in a slot: far more than it needs to renew. */
const mostEach = 200;

/**
 * The nonces of DPoP proofs (RFC 9449, section 8), and which proofs were used. A nonce is a keyed digest of its time, so that asking for one
 * costs the gateway nothing; it holds for two to four minutes, as long as used proofs are remembered.
 */
export class DpopNonces {
  readonly #key = randomBytes(32);
  readonly #now: () => number;
  #slot = -1;
  #used: ReadonlySet<string> = new Set();
  #using = new Set<string>();
  #counts = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The nonce of now. */
  current(): string {
    return this.#of(this.#slotNow()).toString("base64url");
  }

  isCurrent(nonce: string): boolean {
    const given = Buffer.from(nonce, "base64url");
    const slot = this.#slotNow();
    return [slot, slot - 1].some((each) => {
      const own = this.#of(each);
      return given.length === own.length && timingSafeEqual(given, own);
    });
  }

  /** Notes a proof of a current nonce as used: `replayed` where it was before, `many` where `whose` has used too many. */
  use(whose: string, jti: string): "ok" | "replayed" | "many" {
    this.#turn();
    const proof = `${whose} ${jti}`;
    if (this.#using.has(proof) || this.#used.has(proof)) return "replayed";
    const count = (this.#counts.get(whose) ?? 0) + 1;
    if (count > mostEach) return "many";
    this.#counts.set(whose, count);
    this.#using.add(proof);
    return "ok";
  }

  /** A nonce may still come in the slot after its own, so that two slots of proofs are kept. */
  #turn(): void {
    const slot = this.#slotNow();
    if (slot === this.#slot) return;
    this.#used = slot === this.#slot + 1 ? this.#using : new Set();
    this.#using = new Set();
    this.#counts = new Map();
    this.#slot = slot;
  }

  #slotNow(): number {
    return Math.floor(this.#now() / slotMs);
  }

  #of(slot: number): Buffer {
    return createHmac("sha256", this.#key).update(`dpop nonce ${slot}`).digest().subarray(0, 18);
  }
}
