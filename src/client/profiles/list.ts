import { readdir, rm } from "node:fs/promises";
import { z } from "zod";
import { CountersignError, toFailure } from "../../shared/errors.ts";
import type { Profile } from "../../shared/provider.ts";
import { privateDirectory } from "../private-directory.ts";
import { readJson, writePrivate } from "../private-file.ts";
import { readProfile, writeProfile } from "../profile.ts";
import { activeProfile } from "./active.ts";
import { isProfileId, listFile, profileFolder } from "./home.ts";
import { holderOfAudience } from "./pin-changes.ts";

/** One profile of this person's: `profile` is null where its file is damaged, and `fault` says how. */
export interface ListedProfile {
  readonly id: string;
  readonly name: string;
  readonly directory: string;
  readonly profile: Profile | null;
  readonly fault: string | null;
  readonly isActive: boolean;
}

const listShape = z.object({
  v: z.literal(1),
  active: z.string().nullable(),
  names: z.record(z.string(), z.string()),
});
type List = z.infer<typeof listShape>;
const noList: List = { v: 1, active: null, names: {} };

/** All of them, by name. */
export async function listProfiles(home: string): Promise<readonly ListedProfile[]> {
  const { names } = await readList(home);
  const active = activeProfile(home);
  const ids = (await foldersIn(home)).filter(isProfileId);
  const all = await Promise.all(ids.map((id) => listed(home, id, names[id] ?? null, id === active)));
  return all.filter((each) => each !== null).sort((one, other) => one.name.localeCompare(other.name));
}

/** The one with this id or name. Throws `not_found`. */
export async function findProfile(home: string, wanted: string): Promise<ListedProfile> {
  const all = await listProfiles(home);
  const found = all.find(({ id }) => id === wanted) ?? all.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  throw new CountersignError(
    "not_found",
    `There is no profile ${JSON.stringify(wanted)}: countersign profiles list shows them.`,
  );
}

/**
 * Pins a confirmed gateway in a profile of its own, and makes it the active one. Throws `audience_taken` where its tokens could be used at
 * another gateway of this person's.
 */
export async function addProfile(home: string, confirmed: Profile, name: string | null): Promise<ListedProfile> {
  const known = await listProfiles(home);
  refuseTakenAudience(confirmed, known);
  const id = freeId(confirmed, known);
  const called = freeName(name ?? new URL(confirmed.gateway).host, known);
  await writeProfile(profileFolder(home, id), confirmed);
  await writeList(home, { v: 1, active: id, names: { ...(await readList(home)).names, [id]: called } });
  return await findProfile(home, id);
}

/** Throws `audience_taken` where a token for this gateway would be good at another that is pinned. */
export function refuseTakenAudience(proposal: Profile, known: readonly ListedProfile[]): void {
  const pinned = known.flatMap(({ profile }) => (profile === null ? [] : [profile]));
  const holder = holderOfAudience(proposal, pinned);
  if (holder === null) return;
  const message = `${proposal.gateway} asks for tokens that are made for ${holder.gateway} (audience ${proposal.audience}), and gets none. If both are yours, whoever runs them gives each an audience of its own.`;
  throw new CountersignError("audience_taken", message);
}

/** Throws `not_found`. */
export async function useProfile(home: string, wanted: string): Promise<ListedProfile> {
  const { id } = await findProfile(home, wanted);
  await writeList(home, { ...(await readList(home)), active: id });
  return await findProfile(home, id);
}

/** What it is called; its folder stays, as MCP clients' settings name that. Throws `not_found` and `bad_request`. */
export async function renameProfile(home: string, wanted: string, name: string): Promise<ListedProfile> {
  const { id } = await findProfile(home, wanted);
  const called = name.trim();
  if (called === "" || called.length > longestName || /\p{C}/u.test(called))
    throw new CountersignError("bad_request", `A profile's name has 1 to ${longestName} plain characters.`);
  if ((await listProfiles(home)).some((each) => each.id !== id && (each.name === called || each.id === called)))
    throw new CountersignError(
      "bad_request",
      `Another profile is called ${JSON.stringify(called)}: choose another name.`,
    );
  const list = await readList(home);
  await writeList(home, { ...list, names: { ...list.names, [id]: called } });
  return await findProfile(home, id);
}

/** Deletes the profile's folder with all that it keeps; what it has elsewhere was undone before. The next one, by name, becomes active. */
export async function dropProfile(home: string, id: string): Promise<void> {
  const { directory, isActive } = await findProfile(home, id);
  await rm(directory, { recursive: true, force: true });
  const left = await listProfiles(home);
  const { names, active } = await readList(home);
  const kept = Object.fromEntries(Object.entries(names).filter(([each]) => each !== id));
  await writeList(home, { v: 1, active: isActive ? (left[0]?.id ?? null) : active, names: kept });
}

const longestName = 60;

async function readList(home: string): Promise<List> {
  return (await readJson(listFile(home), listShape)) ?? noList;
}

async function writeList(home: string, list: List): Promise<void> {
  await privateDirectory(home);
  await writePrivate(listFile(home), `${JSON.stringify(list, null, 2)}\n`);
}

async function foldersIn(home: string): Promise<readonly string[]> {
  const found = await readdir(profileFolder(home, ""), { withFileTypes: true }).catch(() => []);
  return found.filter((each) => each.isDirectory()).map(({ name }) => name);
}

async function listed(home: string, id: string, name: string | null, isActive: boolean): Promise<ListedProfile | null> {
  const directory = profileFolder(home, id);
  const place = { id, directory, isActive };
  try {
    const profile = await readProfile(directory);
    if (profile === null) return null;
    return { ...place, name: name ?? new URL(profile.gateway).host, profile, fault: null };
  } catch (error) {
    return { ...place, name: name ?? id, profile: null, fault: toFailure(error).message };
  }
}

function freeId({ gateway }: Profile, known: readonly ListedProfile[]): string {
  const host = new URL(gateway).host.toLowerCase();
  const base =
    host
      .replace(/[^a-z0-9.-]+/g, "-")
      .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "")
      .slice(0, 40) || "gateway";
  return firstFree(base, (id) => known.some((each) => each.id === id), "-");
}

function freeName(wanted: string, known: readonly ListedProfile[]): string {
  return firstFree(wanted.slice(0, longestName - 4), (name) => known.some((each) => each.name === name), " ");
}

function firstFree(base: string, isTaken: (text: string) => boolean, between: string): string {
  for (let number = 1; ; number += 1) {
    const text = number === 1 ? base : `${base}${between}${number}`;
    if (!isTaken(text)) return text;
  }
}
