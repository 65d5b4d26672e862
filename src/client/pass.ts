import type { TokenSource } from "./gateway.ts";

/** What requests show the gateway, to say who sends them. */
export interface Pass {
  /** The headers of one request, for that one alone. `target`: its path, with the query. */
  headers(method: string, target: string): Readonly<Record<string, string>>;
}

/**
 * Where a request's pass comes from. `refused`: the one that the gateway took no more, so that another is wanted. One that is at hand comes at
 * once. Throws as TokenSource does, and what stands between here and a gateway that can't be reached.
 */
export type PassSource = (options?: { readonly refused?: Pass | null }) => Pass | Promise<Pass>;

/** The provider's own token as the pass, for what comes before a session. */
export function bearing(token: TokenSource): PassSource {
  return async ({ refused = null } = {}) => {
    const authorization = `Bearer ${(await token({ force: refused !== null })).accessToken}`;
    return { headers: () => ({ authorization }) };
  };
}
