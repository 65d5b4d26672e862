import type { ClientView } from "../../shared/console.ts";
import type { SetupView } from "../../shared/setup.ts";
import type { Bench } from "./change.ts";
import { conditionOf } from "./entry.ts";
import { valueAt, type Value } from "./format/value.ts";
import { keyOf, keyToCome } from "./key.ts";
import { aroundIn } from "./ours.ts";
import type { Program } from "./program.ts";
import type { Recorded } from "./record.ts";
import { readSettings } from "./settings-file.ts";
import type { Site } from "./sites.ts";

/** How one installation stands: set up or not, drifted, broken, and what it reaches around the gateway. */
export async function viewOf(site: Site, { clients, ground }: Pick<Bench, "clients" | "ground">): Promise<SetupView> {
  const { program, place, installed, recorded } = site;
  const client = clients.list().find(({ id }) => id === recorded?.client);
  const about = {
    id: program.id,
    name: program.name,
    variant: place.variant,
    file: place.file,
    installed,
    restart: program.after.restart,
    writtenAtMs: recorded?.writtenAtMs ?? null,
    client:
      client === undefined
        ? null
        : { id: client.id, lastUsedAtMs: client.lastUsedAtMs, claimed: client.claimed ?? null },
    seen: recorded === null ? null : seenBy(client, recorded, program),
  };
  const file = await readSettings(place.file, program.format.mostBytes);
  if (file.state === "broken") return { ...about, state: "broken", problem: file.problem, entries: [], around: [] };
  const read = file.state === "there" ? program.format.read(file.text.replace(/^\uFEFF/, "")) : null;
  if (read?.ok === false) return { ...about, state: "broken", problem: read.problem, entries: [], around: [] };
  const settings: Value = read?.value ?? new Map();
  const key = keyOf(site, file, clients);
  const entries = (recorded?.entries ?? []).map((entry) => ({
    ...entry,
    state: conditionOf(program, entry, key ?? keyToCome(site), key !== null, ground, settings),
  }));
  const right = entries.every(({ state }) => state === "right");
  const state = recorded === null ? "off" : right ? "on" : "drifted";
  const around = aroundIn(valueAt(settings, program.servers(settings)));
  return { ...about, state, problem: null, entries, around: [...around] };
}

/** What began before the file was written goes on with what it read then, until it is started anew. */
function seenBy(client: ClientView | undefined, { writtenAtMs }: Recorded, { after }: Program): SetupView["seen"] {
  const atMs = client?.claimed?.atMs;
  if (atMs !== undefined && atMs >= (writtenAtMs ?? 0)) return "live";
  return after.restart ? "restart" : "waiting";
}
