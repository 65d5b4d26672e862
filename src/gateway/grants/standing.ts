import type { GrantState } from "../../shared/grant.ts";
import { owns, type People } from "../identity/people.ts";
import type { GrantRecord } from "../store/grants.ts";
import type { Reads } from "../store/store.ts";

/** What a grant is bound to, as it stands today. */
export interface GrantBonds {
  /** The version of the named rule in today's policy, if it still is there. */
  readonly ruleVersion: (name: string) => string | undefined;
  /** The person behind a principal's id by today's `identities:`. */
  readonly personOf: (id: string) => string;
  /** Who answers for a service, by today's `services:`. */
  readonly ownerOf: People["ownerOf"];
  /** Whether the issuer of this principal's id is still let in. */
  readonly letIn: (id: string) => boolean;
  /** The tool's fingerprint as its target last declared it; undefined where that isn't known. */
  readonly fingerprintOf: (connection: string, tool: string) => string | undefined;
  /** Keyed digest over how the connection's target is reached; undefined where it is no longer configured. */
  readonly placeOf: (connection: string) => string | undefined;
}

/** How a grant has ended by itself, or null while it stands. `fingerprint`: the tool's of now, where it was just asked for. */
export function endedBy(
  { tools, devices }: Pick<Reads, "tools" | "devices">,
  bonds: GrantBonds,
  grant: GrantRecord,
  nowMs: number,
  fingerprint?: string,
): Ended | null {
  const { connection, tool, rule, by, principal } = grant;
  if (grant.endsAtMs <= nowMs) return { state: "over", why: "Its time is over." };
  if (grant.uses >= grant.mostUses) return { state: "used-up", why: "All its uses are used." };
  if (bonds.ruleVersion(rule.name) !== rule.version) return ended("The rule has changed since it was granted.");
  const place = bonds.placeOf(connection);
  if (place === undefined) return ended("The connection is no longer configured.");
  if (place !== grant.place) return ended("The connection leads elsewhere since it was granted.");
  const declared = [tools.fingerprint(connection, tool), bonds.fingerprintOf(connection, tool), fingerprint];
  if (declared.some((each) => each !== undefined && each !== grant.fingerprint))
    return ended("The tool has changed since it was granted.");
  if (devices.get(grant.device)?.principal !== by.id) return ended("The device that signed it is no longer enrolled.");
  if (!bonds.letIn(by.id)) return ended("Its approver's way of signing in is no longer let in.");
  if (!bonds.letIn(principal.id)) return ended("Its holder's way of signing in is no longer let in.");
  if (bonds.personOf(by.id) === bonds.personOf(principal.id))
    return ended("Its approver and its holder turned out to be one person.");
  const approver = { person: bonds.personOf(by.id), groups: by.groups };
  if ([principal.owner, bonds.ownerOf(principal.id)].some((owner) => owns(approver, owner)))
    return ended("Its approver answers for the service that holds it.");
  return null;
}

interface Ended {
  readonly state: Exclude<GrantState, "live" | "revoked">;
  readonly why: string;
}

function ended(why: string): Ended {
  return { state: "ended", why };
}
