import type { PrincipalView } from "../../shared/principal.ts";
import type { Config } from "../config-schema.ts";
import type { Principal } from "./principal.ts";

/** Who answers for a service: a person, by their person's id, or everybody in a group. */
export type Owner = NonNullable<PrincipalView["owner"]>;

/** Who is one person, and who answers for which service, by the configuration in force. */
export interface People {
  /** All ids of a principal's person, its own among them. */
  readonly idsOf: (id: string) => readonly string[];
  /** The first of these: the person's own id. */
  readonly personOf: (id: string) => string;
  /** Undefined for a person, and for a service that nobody answers for. */
  readonly ownerOf: (id: string) => Owner | undefined;
}

type Named = Pick<Config, "identities"> & Partial<Pick<Config, "services">>;

export function peopleOf(config: () => Named): People {
  const idsOf = (id: string): readonly string[] => config().identities.find((ids) => ids.includes(id)) ?? [id];
  const personOf = (id: string): string => idsOf(id)[0] ?? id;
  return {
    idsOf,
    personOf,
    ownerOf(id) {
      const found = config().services?.find((each) => each.id === id);
      if (found?.ownerGroup !== undefined) return { kind: "group", id: found.ownerGroup };
      return found?.owner === undefined ? undefined : { kind: "person", id: personOf(found.owner) };
    },
  };
}

/** Whether this principal answers for what has this owner, alone or as one of a group. */
export function owns({ person, groups }: Pick<Principal, "person" | "groups">, owner: Owner | undefined): boolean {
  if (owner === undefined) return false;
  return owner.kind === "group" ? groups.includes(owner.id) : owner.id === person;
}
