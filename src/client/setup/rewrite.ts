import { isDeepStrictEqual } from "node:util";
import { withoutValue, withValue, type Changed } from "./format/checked.ts";
import { isMap, isTable, toPlain, toValue, valueAt, type Plain, type Value } from "./format/value.ts";
import type { Named } from "./entry.ts";
import { leadsTo } from "./ours.ts";
import type { Program } from "./program.ts";

/** An entry as it should stand in a client's file. */
export interface Wanted {
  readonly name: string;
  readonly value: Plain;
}

/** The text with these entries, each put where it is missing and mended where it is not as it should be. */
export function textWith(program: Program, text: string, wanted: readonly Wanted[]): Changed {
  return inSteps(program, text, wanted, (before, settings, { name, value }) => {
    const path = [...program.servers(settings), name];
    const standing = valueAt(settings, path);
    if (fits(standing, value)) return { ok: true, text: before };
    return withValue(program.format, before, path, mended(standing, value));
  });
}

/** The text without these entries; what stands there under their names by now and isn't ours, stays. */
export function textWithout(program: Program, text: string, entries: readonly Named[], madeServers: boolean): Changed {
  const left = inSteps(program, text, entries, (before, settings, { name, connection }) => {
    const path = [...program.servers(settings), name];
    if (!leadsTo(valueAt(settings, path), connection)) return { ok: true, text: before };
    return withoutValue(program.format, before, path);
  });
  if (!left.ok || !madeServers || left.text === text) return left;
  const settings = program.format.read(left.text);
  if (!settings.ok) return settings;
  const path = program.servers(settings.value);
  const servers = valueAt(settings.value, path);
  const empty = servers === null || (isMap(servers) && servers.size === 0);
  return empty ? withoutValue(program.format, left.text, path) : left;
}

/** Whether an entry says what it should; members that a person or the client added are theirs, and so is `enabled`. */
function fits(standing: Value | undefined, value: Plain): boolean {
  return misfits(standing, value).length === 0;
}

/** The members of an entry that are not as they should be. */
export function misfits(standing: Value | undefined, value: Plain): readonly string[] {
  if (!isTable(value)) return [];
  const names = Object.keys(value).filter((name) => name !== "enabled");
  if (!isMap(standing)) return names;
  const wrong = names.filter((name) => !isDeepStrictEqual(standing.get(name), toValue(value[name] ?? null)));
  return [...wrong, ...ways.filter((name) => standing.has(name) && !Object.hasOwn(value, name))];
}

/** Members that lead a client to a server: one beside ours may be the one that it takes, past the gateway. */
const ways = ["command", "cmd", "url", "serverUrl", "httpUrl", "uri"] as const;

function mended(standing: Value | undefined, value: Plain): Plain {
  const kept = standing === undefined ? undefined : toPlain(standing);
  if (kept === undefined || !isTable(kept) || !isTable(value)) return value;
  // Ours take the place that they have there: only what differs is another line in the person's diff.
  const others = Object.entries(kept).filter(
    ([name]) => Object.hasOwn(value, name) || !ways.some((way) => way === name),
  );
  return {
    ...Object.fromEntries(others),
    ...value,
    ...("enabled" in kept ? { enabled: kept["enabled"] ?? true } : {}),
  };
}

function inSteps<Step>(
  program: Program,
  text: string,
  steps: readonly Step[],
  take: (text: string, settings: Value, step: Step) => Changed,
): Changed {
  let now = text;
  for (const step of steps) {
    const settings = program.format.read(now);
    if (!settings.ok) return settings;
    const next = take(now, settings.value, step);
    if (!next.ok) return next;
    now = next.text;
  }
  return { ok: true, text: now };
}
