import type { Principal } from "./principal.ts";

/** Verified tokens by the SHA-256 of their text, so that a repeated one costs a look-up. Refused ones are never kept. */
export interface TokenCache {
  /** The principal of a token that has not expired, without tolerance. */
  get(hash: string, nowMs: number): Principal | undefined;
  /** Keeps a principal, unless the cache was cleared since `generation` was asked for. */
  put(hash: string, principal: Principal, generation: number): void;
  generation(): number;
  /** Forgets all: an issuer's keys have changed, and a token signed with a withdrawn one must not live on here. */
  clear(): void;
}

const most = 5000;

/** A cache of the most recently used tokens. */
export function createTokenCache(): TokenCache {
  const principals = new Map<string, Principal>();
  let generation = 0;
  return {
    get(hash, nowMs) {
      const principal = principals.get(hash);
      if (principal === undefined) return undefined;
      // A Map keeps its order of insertion: put again, the entry is the youngest.
      principals.delete(hash);
      if (principal.expiresAtMs <= nowMs) return undefined;
      principals.set(hash, principal);
      return principal;
    },
    put(hash, principal, since) {
      if (since !== generation) return;
      principals.set(hash, principal);
      const oldest = principals.keys().next();
      if (principals.size > most && !oldest.done) principals.delete(oldest.value);
    },
    generation: () => generation,
    clear() {
      generation += 1;
      principals.clear();
    },
  };
}
