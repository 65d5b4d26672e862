import type { Config } from "../config-schema.ts";

/** Who is one person, by the `identities:` in force. */
export interface People {
  /** All ids of a principal's person, its own among them. */
  readonly idsOf: (id: string) => readonly string[];
  /** The first of these: the person's own id. */
  readonly personOf: (id: string) => string;
}

export function peopleOf(config: () => Pick<Config, "identities">): People {
  const idsOf = (id: string): readonly string[] => config().identities.find((ids) => ids.includes(id)) ?? [id];
  return { idsOf, personOf: (id) => idsOf(id)[0] ?? id };
}
