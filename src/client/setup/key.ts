import type { Clients } from "../clients.ts";
import type { Key } from "./entry.ts";
import { valueAt } from "./format/value.ts";
import { tokenIn } from "./ours.ts";
import type { SettingsFile } from "./settings-file.ts";
import type { Site } from "./sites.ts";

/** The key that this installation has and that still opens the tunnel, or null. Only its file has the token: here there is but its hash. */
export function keyOf(site: Site, file: SettingsFile, clients: Clients): Key | null {
  const { program, recorded } = site;
  const client = clients.list().find(({ id }) => id === recorded?.client);
  if (recorded === null || client === undefined) return null;
  if (program.speaks === "stdio") return { ...keyToCome(site), client: client.id };
  if (file.state !== "there") return null;
  const settings = program.format.read(file.text.replace(/^\uFEFF/, ""));
  if (!settings.ok) return null;
  const servers = program.servers(settings.value);
  const tokens = recorded.entries.map(({ name }) => tokenIn(valueAt(settings.value, [...servers, name])));
  const token = tokens.find((each) => each !== null && clients.withToken(each)?.id === client.id);
  return token === undefined || token === null ? null : { client: client.id, token, name: client.name };
}

/** Stands for a key that is yet to be made; as long as one, so that a preview has the lines of the change. */
export function keyToCome(site: Site): Key {
  return { client: "", token: `cst_${"x".repeat(43)}`, name: nameOf(site) };
}

/** A new token, or over stdio the person's word that a client of this name may come. */
export async function newKey(site: Site, clients: Clients): Promise<Key> {
  const wanted = nameOf(site);
  if (site.program.speaks === "stdio") {
    const admitted = await clients.bridged(wanted, "admit");
    return { ...keyToCome(site), client: admitted?.id ?? "" };
  }
  const taken = new Set(clients.list().map(({ name }) => name));
  let name = wanted;
  for (let count = 2; taken.has(name); count += 1) name = `${wanted} ${count}`;
  const { id, token } = await clients.add(name);
  return { client: id, token, name };
}

/** As the client is listed. Some clients break arguments at spaces. */
function nameOf({ program, place }: Site): string {
  const name = place.variant === null ? program.name : `${program.name} (${place.variant.replace(",", "")})`;
  return program.speaks === "stdio"
    ? name
        .replaceAll(/[ ()]+/g, " ")
        .trim()
        .replaceAll(" ", "-")
    : name;
}
