import { CountersignError } from "../../shared/errors.ts";
import type { SetupChange, SetupWish } from "../../shared/setup.ts";
import type { Clients } from "../clients.ts";
import type { Ground, Key } from "./entry.ts";
import { setUpIntent, undoIntent, type Intent } from "./intent.ts";
import { keyOf, keyToCome, newKey } from "./key.ts";
import type { SetupRecord } from "./record.ts";
import { deleteSettings, digest, readSettings, writeSettings, type SettingsFile } from "./settings-file.ts";
import { changeOf, modeFor, problemOf, refused, seenOf, textOf, type Good } from "./shown.ts";
import type { Site } from "./sites.ts";

/** What a change is made with. */
export interface Bench {
  /** The profile's folder. */
  readonly profile: string;
  readonly record: SetupRecord;
  readonly clients: Clients;
  readonly drop: (client: string) => void;
  readonly ground: Ground;
  /** This machine's clock, in milliseconds. */
  readonly now: () => number;
}

/** What would become of one installation's file. Nothing is written, and no token made. */
export async function planFor(site: Site, wish: SetupWish, bench: Bench): Promise<SetupChange> {
  try {
    const file = await opened(site, wish, bench);
    if (file.state === "broken") return refused(site, file.problem);
    const key = keyOf(site, file, bench.clients) ?? keyToCome(site);
    return changeOf(site, file, await intentOf(site, wish, bench, file, key), wish);
  } catch (error) {
    return refused(site, problemOf(error));
  }
}

/** Does it. The record is durable before the file is written, and a client's old token ends after it. */
export async function applyTo(site: Site, wish: SetupWish, bench: Bench): Promise<SetupChange> {
  try {
    const file = await opened(site, wish, bench);
    if (file.state === "broken") return refused(site, file.problem);
    return wish.does === "undo" ? await undo(site, wish, bench, file) : await setUp(site, wish, bench, file);
  } catch (error) {
    return refused(site, problemOf(error));
  }
}

async function opened(site: Site, wish: SetupWish, { ground, profile }: Bench): Promise<SettingsFile> {
  if (wish.does !== "undo" && site.program.speaks === "stdio" && ground.launcher === null)
    throw new CountersignError("misconfigured", noShell(profile));
  const file = await readSettings(site.place.file, site.program.format.mostBytes);
  if (file.state === "broken") return file;
  const shown = wish.seen?.[site.place.file];
  if (shown === undefined || shown === seenOf(file)) return file;
  throw new CountersignError("digest_mismatch", "The file was changed since it was shown: look at it again.");
}

async function setUp(site: Site, wish: SetupWish, bench: Bench, file: Good): Promise<SetupChange> {
  const { record, clients, drop } = bench;
  const known = keyOf(site, file, clients);
  const planned = await intentOf(site, wish, bench, file, known ?? keyToCome(site));
  if (!planned.ok || (known !== null && planned.text === textOf(file))) return changeOf(site, file, planned, wish);
  const key = known ?? (await newKey(site, clients));
  const intent = key === known ? planned : await intentOf(site, wish, bench, file, key);
  if (!intent.ok || intent.text === null) throw new CountersignError("internal", "The change can't be made twice.");
  const before = site.recorded;
  const mode = before === null ? (file.state === "there" ? file.mode : null) : before.mode;
  const { program, place } = site;
  const { entries, madeServers } = intent;
  const after = digest(intent.text);
  const next = {
    program: program.id,
    file: place.file,
    client: key.client,
    entries: [...entries],
    after,
    mode,
    madeServers,
    writtenAtMs: bench.now(),
  };
  const base = before === null ? null : { text: await record.base(before) };
  await record.put(next, intent.base);
  try {
    await writeSettings(file.path, intent.text, modeFor(site, file), seenOf(file));
  } catch (error) {
    await (before === null ? record.drop(next) : record.put(before, base?.text ?? null));
    if (key !== known) await clients.remove(key.client);
    throw error;
  }
  if (before !== null && before.client !== key.client) await endClient(before.client, clients, drop);
  return changeOf(site, file, intent, wish);
}

async function undo(site: Site, wish: SetupWish, bench: Bench, file: Good): Promise<SetupChange> {
  const { record, clients, drop } = bench;
  const { recorded } = site;
  const intent = await intentOf(site, wish, bench, file, keyToCome(site));
  if (!intent.ok || recorded === null) return changeOf(site, file, intent, wish);
  if (intent.text !== textOf(file)) {
    const back = file.state === "there" && recorded.mode !== null && digest(textOf(file) ?? "") === recorded.after;
    const mode = back ? (recorded.mode ?? 0o600) : file.state === "there" ? file.mode : 0o600;
    if (intent.text === null) await deleteSettings(file.path, seenOf(file));
    else await writeSettings(file.path, intent.text, mode, seenOf(file));
  }
  if (intent.entries.length > 0) {
    const after = digest(intent.text ?? "");
    await record.put({ ...recorded, entries: [...intent.entries], after, writtenAtMs: bench.now() }, intent.base);
  } else {
    await record.drop(recorded);
    await endClient(recorded.client, clients, drop);
  }
  return changeOf(site, file, intent, wish);
}

async function intentOf(site: Site, wish: SetupWish, bench: Bench, file: Good, key: Key): Promise<Intent> {
  const { recorded } = site;
  const text = textOf(file);
  const untouched = recorded !== null && seenOf(file) === recorded.after;
  const standing = { text, base: untouched ? { text: await bench.record.base(recorded) } : null };
  if (wish.does === "set-up" || (wish.does === "repair" && recorded !== null))
    return setUpIntent(site, standing, wish.connections, key, bench.ground);
  if (recorded !== null) return undoIntent(site, recorded, standing, wish.connections);
  return { ok: true, text, base: text, entries: [], madeServers: false };
}

function noShell(profile: string): string {
  return (
    "It reaches servers only by programs that it starts itself, and where Countersign's terminal shell lies on this computer isn't known: " +
    `install that, run \`countersign setup list --profile "${profile}"\` once in a terminal, and try again here.`
  );
}

async function endClient(id: string, clients: Clients, drop: (client: string) => void): Promise<void> {
  // A person may have removed it already.
  if (clients.list().some((client) => client.id === id)) await clients.remove(id).finally(() => drop(id));
}
