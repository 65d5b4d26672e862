import { DpopNonces } from "./dpop-nonces.ts";
import { GatewaySessions } from "./gateway-sessions.ts";
import type { Lasting } from "./lasting.ts";
import type { Revocations } from "./revocations.ts";
import { Revoking, type Revoked } from "./revoking.ts";

/** Who is let in, on what, and no more: the sessions of this gateway and what ends them. */
export interface Doors {
  readonly sessions: GatewaySessions;
  readonly nonces: DpopNonces;
  readonly revocations: Revocations;
  readonly revoking: Revoking;
  readonly lasting: Lasting;
  /** The person behind a principal's id by today's `identities:`. */
  readonly personOf: (id: string) => string;
  /** Services that came and for which nobody answers: each is told of once. */
  readonly unowned: Set<string>;
  /** All ids of that person, the principal's own among them. */
  readonly idsOf: (id: string) => readonly string[];
}

/** `origin`: the gateway's own. */
export function createDoors(origin: string, parts: Omit<Revoked, "sessions"> & Pick<Doors, "idsOf">): Doors {
  const { now, personOf, idsOf, lasting, revocations } = parts;
  const sessions = new GatewaySessions(origin, now);
  const revoking = new Revoking({ ...parts, sessions });
  return { sessions, nonces: new DpopNonces(now), revocations, revoking, lasting, personOf, idsOf, unowned: new Set() };
}
