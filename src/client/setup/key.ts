import type { Clients } from "../clients.ts";
import { keyToCome, type Key } from "./entry.ts";
import { valueAt } from "./format/value.ts";
import { tokenIn } from "./ours.ts";
import type { SettingsFile } from "./settings-file.ts";
import type { Site } from "./sites.ts";

/** The key that this installation has and that still opens the tunnel, or null. Only its file has the token: here there is but its hash. */
export function keyOf({ program, recorded }: Site, file: SettingsFile, clients: Clients): Key | null {
  if (recorded === null || !clients.list().some(({ id }) => id === recorded.client)) return null;
  if (program.speaks === "stdio") return { client: recorded.client, token: keyToCome.token };
  if (file.state !== "there") return null;
  const settings = program.format.read(file.text.replace(/^\uFEFF/, ""));
  if (!settings.ok) return null;
  const servers = program.servers(settings.value);
  const tokens = recorded.entries.map(({ name }) => tokenIn(valueAt(settings.value, [...servers, name])));
  const token = tokens.find((each) => each !== null && clients.withToken(each)?.id === recorded.client);
  return token === undefined || token === null ? null : { client: recorded.client, token };
}
