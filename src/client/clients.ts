import { hash as digest, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { clientClaim } from "../shared/client-claim.ts";
import type { ClientView } from "../shared/console.ts";
import { CountersignError } from "../shared/errors.ts";
import type { Introduction } from "./introduction.ts";
import { readJson, writePrivate } from "./private-file.ts";

/** The MCP client programs of this profile, each with its own token, of which only the hash is kept. */
export interface Clients {
  list(): readonly ClientView[];
  /** The token is in this answer and nowhere else. Throws `bad_request` for a name that can't travel in a header or is in use. */
  add(name: string): Promise<{ readonly id: string; readonly name: string; readonly token: string }>;
  /**
   * The client that says over the stdio bridge that it has this name: a new one where none has, null where the person removed it.
   * `admit`: it may come (again). Throws `bad_request` for a name that no client can have.
   */
  bridged(name: string, admit?: "admit"): Promise<ClientView | null>;
  /** Throws `not_found`. */
  remove(id: string): Promise<void>;
  /** Ends every token. What comes over stdio has none. */
  removeAll(): Promise<void>;
  /** Whose token this is, or null. Takes as long for a wrong one as for a right one. */
  withToken(token: string): ClientView | null;
  /** The same for one connection, which mostly shows the same token again: that one is known without its hash, until any client changes. */
  remembering(): Pick<Clients, "withToken">;
  /** Notes that a client was just here. */
  used(id: string): void;
  /** Notes how a client names itself as a conversation begins. */
  introduced(id: string, said: Introduction): void;
  /** Writes what is noted. */
  close(): Promise<void>;
}

export async function openClients(directory: string, now: () => number, onChange: () => void): Promise<Clients> {
  const path = join(directory, "clients.json");
  const stored = await readJson(path, clientsFile);
  let entries: readonly Entry[] = stored?.clients ?? [];
  /** Names that were removed and may not come back over stdio by themselves. */
  let removed: readonly string[] = stored?.removed ?? [];
  let writing: Promise<void> = Promise.resolve();
  /** What a call needs of each entry, from its first call on. */
  const hashes = new WeakMap<Entry, Buffer>();
  const views = new WeakMap<Entry, ClientView>();
  /** Something was noted that the file doesn't say yet. */
  let noted = false;

  function bytesOf(entry: Entry, hash: string): Buffer {
    const known = hashes.get(entry);
    if (known !== undefined) return known;
    const bytes = Buffer.from(hash, "base64url");
    hashes.set(entry, bytes);
    return bytes;
  }

  function viewOf(entry: Entry): ClientView {
    const known = views.get(entry);
    if (known !== undefined) return known;
    const made = view(entry);
    views.set(entry, made);
    return made;
  }

  async function save(next: readonly Entry[]): Promise<void> {
    entries = next;
    noted = false;
    onChange();
    // In order, one after the other: the file is always a state that was.
    writing = writing.catch(() => undefined).then(() => writePrivate(path, fileOf(entries, removed)));
    try {
      await writing;
    } catch (error) {
      // Written again at the latest at the end: a token that was removed must not be back after a restart.
      noted = true;
      throw error;
    }
  }

  /** In memory; written with the next change, and at the end. */
  function note(id: string, seen: Partial<Entry>): void {
    entries = entries.map((entry) => (entry.id === id ? { ...entry, ...seen } : entry));
    noted = true;
    onChange();
  }

  function withToken(token: string): ClientView | null {
    const hash = hashOf(token);
    let found: Entry | null = null;
    // No early end: the time taken must not tell which entry matched, or how far.
    for (const entry of entries)
      if (entry.hash !== null && timingSafeEqual(hash, bytesOf(entry, entry.hash))) found = entry;
    return found === null ? null : viewOf(found);
  }

  return {
    list: () => entries.map(view),
    async add(name) {
      checkName(name);
      if (entries.some((entry) => entry.name === name))
        throw new CountersignError(
          "bad_request",
          `There is a client ${name} already: remove it or choose another name.`,
        );
      const token = `cst_${randomBytes(32).toString("base64url")}`;
      const id = randomUUID();
      await save([
        ...entries,
        { id, name, hash: hashOf(token).toString("base64url"), createdAtMs: now(), lastUsedAtMs: null },
      ]);
      return { id, name, token };
    },
    async bridged(name, admit) {
      checkName(name);
      const known = entries.find((entry) => entry.name === name && entry.hash === null);
      if (known !== undefined) return view(known);
      if (admit === undefined && removed.includes(name)) return null;
      removed = removed.filter((each) => each !== name);
      const added = { id: randomUUID(), name, hash: null, createdAtMs: now(), lastUsedAtMs: null };
      await save([...entries, added]);
      return view(added);
    },
    async remove(id) {
      const going = entries.find((entry) => entry.id === id);
      if (going === undefined) throw new CountersignError("not_found", `There is no client ${id}.`);
      if (going.hash === null) removed = [...removed, going.name].slice(-mostRemoved);
      await save(entries.filter((entry) => entry.id !== id));
    },
    removeAll: () => save(entries.filter(({ hash }) => hash === null)),
    withToken,
    remembering() {
      let last: { readonly token: string; readonly among: readonly Entry[]; readonly client: ClientView } | null = null;
      return {
        withToken(token) {
          // Only what this connection itself has shown is compared here.
          if (last !== null && last.among === entries && last.token === token) return last.client;
          const client = withToken(token);
          last = client === null ? null : { token, among: entries, client };
          return client;
        },
      };
    },
    used(id) {
      const atMs = now();
      const stale = (entry: Entry) => entry.id === id && atMs - (entry.lastUsedAtMs ?? -Infinity) >= noteEveryMs;
      if (entries.some(stale)) note(id, { lastUsedAtMs: atMs });
    },
    introduced(id, { name, version }) {
      const atMs = now();
      const known = entries.find((entry) => entry.id === id);
      // Hundreds of sessions may begin in one moment.
      if (known === undefined || atMs - (known.claimed?.atMs ?? -Infinity) < introducedEveryMs) return;
      note(id, { claimed: { name, version, atMs } });
    },
    async close() {
      await (noted ? save(entries) : writing);
    },
  };
}

/** A busy client is noted once in this time, not with every call. */
const noteEveryMs = 60_000;
const introducedEveryMs = 500;
/** Printable ASCII without quotes: the name travels to the gateway in a header. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9 ._()+-]{0,63}$/;

const entry = z.object({
  id: z.string(),
  name: z.string(),
  /** base64url of SHA-256; the token has 256 random bits, so a slow hash would add nothing. Null over stdio: the socket proves the user alone. */
  hash: z.string().length(43).nullable(),
  createdAtMs: z.number(),
  lastUsedAtMs: z.number().nullable(),
  claimed: clientClaim.optional(),
});
type Entry = z.infer<typeof entry>;
const clientsFile = z.object({
  v: z.literal(1),
  clients: z.array(entry),
  removed: z.array(z.string()).default([]),
});
const mostRemoved = 1_000;

function checkName(name: string): void {
  if (namePattern.test(name)) return;
  throw new CountersignError("bad_request", "A client's name is 1 to 64 letters, digits, spaces or . _ - ( ) +");
}

function hashOf(token: string): Buffer {
  return digest("sha256", token, "buffer");
}

function view({ hash, claimed, ...entry }: Entry): ClientView {
  return { ...entry, ...(hash === null ? { unverified: true } : {}), ...(claimed === undefined ? {} : { claimed }) };
}

function fileOf(clients: readonly Entry[], removed: readonly string[]): string {
  return `${JSON.stringify({ v: 1, clients, removed }, null, 2)}\n`;
}
