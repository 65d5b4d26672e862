import type { SetupEntry, SetupWish } from "../../shared/setup.ts";
import { isMap, valueAt, type Plain, type Value } from "./format/value.ts";
import type { Program } from "./program.ts";
import { misfits } from "./rewrite.ts";

/** What entries are made of here and now. */
export interface Ground {
  /** A connection's address at the tunnel; null where that is closed. */
  address(connection: string): string | null;
  /** How `countersign` starts, for clients that only speak stdio; null where that isn't known. */
  readonly launcher: SetupWish["launcher"];
  /** Whether an entry has a client of this profile: another profile's is none of ours to take. */
  mine(entry: Value): boolean;
}

/** With what an installation comes through the tunnel: `client` is its id there. Over HTTP the token counts, over stdio the name. */
export interface Key {
  readonly client: string;
  readonly token: string;
  readonly name: string;
}

/** An entry's server name in the file, and the connection it leads to. */
export interface Named {
  readonly name: string;
  readonly connection: string;
}

/** The entry as it should stand in the file; what isn't known of the ground is empty. */
export function entryFor(program: Program, entry: Named, key: Key, ground: Ground, settings: Value): Plain {
  const { name, connection } = entry;
  if (program.speaks === "http")
    return program.entry({ name, url: ground.address(connection) ?? "", token: key.token }, settings);
  const { command, args } = ground.launcher ?? { command: "", args: [] };
  return program.entry({ command, args: [...args, "stdio", connection, "--client", key.name] });
}

/** How an entry stands in the file, against what it should be. `known`: whether its key is one of today's. */
export function conditionOf(
  program: Program,
  entry: Named,
  key: Key,
  known: boolean,
  ground: Ground,
  settings: Value,
): SetupEntry["state"] {
  const standing = valueAt(settings, [...program.servers(settings), entry.name]);
  if (standing === undefined) return "missing";
  const unknown = program.speaks === "http" ? ground.address(entry.connection) === null : ground.launcher === null;
  const [address = ""] = program.moving;
  const ignored = !unknown ? [] : program.speaks === "http" ? [address] : program.moving;
  const wrong = misfits(standing, entryFor(program, entry, key, ground, settings));
  const counted = wrong.filter((name) => !ignored.includes(name));
  if (counted.length === 0) return known ? "right" : "outdated";
  return counted.every((name) => program.moving.includes(name)) ? "outdated" : "changed";
}

/** The name that a connection's entry gets: its own, unless the client has a server of that name that is none of ours; null where both are taken. */
export function nameFor(connection: string, servers: Value | undefined, ground: Ground): string | null {
  const free = (name: string): boolean => {
    const standing = isMap(servers) ? servers.get(name) : undefined;
    return standing === undefined || ground.mine(standing);
  };
  return [connection, `countersign-${connection}`].find(free) ?? null;
}
