import type { SetupProblem } from "../../shared/setup.ts";
import { entryFor, nameFor, type Ground, type Key, type Named } from "./entry.ts";
import { valueAt } from "./format/value.ts";
import type { Recorded } from "./record.ts";
import { textWith, textWithout } from "./rewrite.ts";
import type { Site } from "./sites.ts";

/** A file's text as it is, null where there is none; `base`: what is recorded to be there without ours, as long as the file is what we wrote. */
export interface Standing {
  readonly text: string | null;
  readonly base: { readonly text: string | null } | null;
}

/** What a file is to become. `text`: null where it is to go; `base`: the file without ours. */
export type Intent =
  | {
      readonly ok: true;
      readonly text: string | null;
      readonly base: string | null;
      readonly entries: readonly Named[];
      readonly madeServers: boolean;
    }
  | { readonly ok: false; readonly problem: SetupProblem };

/** The file with an entry for each of these connections, beside those that were set up before. */
export function setUpIntent(
  site: Site,
  standing: Standing,
  connections: readonly string[],
  key: Key,
  ground: Ground,
): Intent {
  const { program, recorded } = site;
  const [mark, body] = split(standing.text ?? "");
  const settings = program.format.read(body);
  if (!settings.ok) return settings;
  const servers = valueAt(settings.value, program.servers(settings.value));
  const entries = [...(recorded?.entries ?? [])];
  for (const connection of connections.filter((each) => !entries.some((entry) => entry.connection === each))) {
    const name = nameFor(connection, servers, ground);
    if (name === null) return refusal(`It has other servers called ${connection} and countersign-${connection}.`);
    entries.push({ name, connection });
  }
  const wanted = entries.map((entry) => ({
    name: entry.name,
    value: entryFor(program, entry, key, ground, settings.value),
  }));
  const changed = textWith(program, body, wanted);
  if (!changed.ok) return changed;
  const base = baseOf(site, standing, body, mark);
  if (!base.ok) return base;
  const text = changed.text === body ? standing.text : mark + changed.text;
  return { ok: true, text, base: base.text, entries, madeServers: recorded?.madeServers ?? servers === undefined };
}

/** The file without our entries for these connections; none named: without all of ours, to the very bytes if nothing else changed. */
export function undoIntent(site: Site, recorded: Recorded, standing: Standing, connections: readonly string[]): Intent {
  const going = recorded.entries.filter(
    ({ connection }) => connections.length === 0 || connections.includes(connection),
  );
  const entries = recorded.entries.filter((entry) => !going.includes(entry));
  const { madeServers } = recorded;
  const whole = entries.length === 0;
  if (whole && standing.base !== null) {
    return { ok: true, text: standing.base.text, base: standing.base.text, entries, madeServers };
  }
  if (standing.text === null) return { ok: true, text: null, base: null, entries, madeServers };
  const [mark, body] = split(standing.text);
  const left = textWithout(site.program, body, going, madeServers && whole);
  if (!left.ok) return left;
  const base = baseOf(site, standing, body, mark);
  if (!base.ok) return base;
  const gone = whole && recorded.mode === null && isEmpty(site, left.text);
  return { ok: true, text: gone ? null : mark + left.text, base: base.text, entries, madeServers };
}

type Base = { readonly ok: true; readonly text: string | null } | Extract<Intent, { readonly ok: false }>;

/** What stood there before us; where others wrote meanwhile, the file of now less our entries. */
function baseOf({ program, recorded }: Site, standing: Standing, body: string, mark: string): Base {
  if (recorded === null) return { ok: true, text: standing.text };
  if (standing.base !== null) return { ok: true, text: standing.base.text };
  if (standing.text === null) return { ok: true, text: null };
  const left = textWithout(program, body, recorded.entries, recorded.madeServers);
  return left.ok ? { ok: true, text: mark + left.text } : left;
}

/** A file that we made, and that holds nothing but what is left of us. */
function isEmpty({ program }: Site, text: string): boolean {
  const left = program.format.read(text);
  return left.ok && left.value instanceof Map && left.value.size === 0;
}

/** The byte-order mark, which some editors write and which stays, apart from the text. */
function split(text: string): readonly [string, string] {
  return text.startsWith("\uFEFF") ? ["\uFEFF", text.slice(1)] : ["", text];
}

function refusal(message: string): Intent {
  return { ok: false, problem: { line: null, column: null, message } };
}
