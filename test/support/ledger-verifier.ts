import { createHash, createPublicKey, verify, type KeyObject } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { canonical } from "../../src/shared/json.ts";

/**
 * A second verifier of ledgers, written from docs/ledger.md alone: it holds that page to account, and the gateway's own verifier.
 * Answers with the places of what is wrong, in order; none is a whole ledger.
 */
export function findWrongPlaces(path: string, verifierKey: string, kept?: string): string[] {
  const key = parseKey(verifierKey);
  const wrong: string[] = [];
  const log = statSync(path).isDirectory() ? readFolder(path, wrong) : readExport(path, key, wrong);
  if (log === null) return wrong;
  const keys = keysOver(key, verifierKey.trim(), log.rotations, wrong);
  const roots = checkEntries(log.entries, wrong);
  checkRotations(log, wrong);
  const last = checkCheckpoints(log, roots, keys, wrong);
  if (last !== null && last !== log.entries.length) wrong.push("entries");
  const seen = kept === undefined ? null : openCheckpoint(kept, keys);
  if (kept !== undefined && (seen === null || roots.get(seen.size) !== seen.root)) wrong.push("kept checkpoint");
  return wrong;
}

interface Entry {
  readonly leaf: string;
  /** Null, like the body, where it was erased. */
  readonly salt: Buffer | null;
  readonly body: string | null;
  /** Of the table's row; not in an export. */
  readonly seq?: number;
  readonly leaf_hash?: Uint8Array | undefined;
}
interface Log {
  readonly rotations: readonly string[];
  readonly entries: readonly Entry[];
  readonly checkpoints: readonly { readonly note: string; readonly size?: number }[];
}

const sha256 = (...parts: (Buffer | string)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

const bytes = z.instanceof(Uint8Array);
const row = z.object({ seq: z.number(), leaf: z.string(), leaf_hash: bytes, salt: bytes, body: z.string() });
const longRow = row.extend({ body: z.null() });
const erasedRow = row.extend({ salt: z.null(), body: z.null() });

/** A long body stands in the file that its leaf names. */
function withFile(raw: unknown, path: string): unknown {
  const found = longRow.safeParse(raw);
  const name = /"body":"([\w-]{43})"/.exec(found.data?.leaf ?? "")?.[1] ?? "";
  const file = join(path, "bodies", name);
  if (!found.success || name === "") return raw;
  return { ...found.data, body: existsSync(file) ? readFileSync(file, "utf8") : "" };
}

function readFolder(path: string, wrong: string[]): Log | null {
  const db = new DatabaseSync(join(path, "gateway.sqlite"), { readOnly: true });
  try {
    const version = db.prepare("PRAGMA user_version").get();
    const rows = db.prepare("SELECT seq, leaf, leaf_hash, salt, body FROM ledger_entries ORDER BY seq").all();
    const entries = rows.map((raw, at): Entry => {
      const erased = erasedRow.safeParse(raw);
      if (erased.success) return erased.data;
      const parsed = row.safeParse(withFile(raw, path));
      if (parsed.success) return { ...parsed.data, salt: Buffer.from(parsed.data.salt) };
      wrong.push(`entry ${at}`);
      return { leaf: "", salt: Buffer.alloc(0), body: "", seq: Number(raw["seq"]) };
    });
    const checkpoints = z
      .array(z.object({ size: z.number(), note: z.string() }))
      .safeParse(db.prepare("SELECT size, note FROM ledger_checkpoints ORDER BY size").all());
    if (version?.["user_version"] !== 1 || !checkpoints.success) wrong.push("file");
    const known = db.prepare("SELECT name FROM sqlite_schema WHERE name = 'ledger_keys'").all().length > 0;
    const notes = known ? db.prepare("SELECT note FROM ledger_keys ORDER BY size").all() : [];
    const rotations = notes.map((each) => String(each["note"]));
    return checkpoints.success ? { rotations, entries, checkpoints: checkpoints.data } : null;
  } finally {
    db.close();
  }
}

const header = z.strictObject({ v: z.literal(1), origin: z.string(), entries: z.number().int() });
const isCanonical = (salt: string) => Buffer.from(salt, "base64url").toString("base64url") === salt;
const line = z.strictObject({ leaf: z.string(), salt: z.string().refine(isCanonical), body: z.string() });
const erasedLine = z.strictObject({ leaf: z.string(), salt: z.null(), body: z.null() });
const rotationLine = z.strictObject({ rotation: z.string() });
const noteLine = z.strictObject({ checkpoint: z.string() });

function readExport(path: string, key: Key, wrong: string[]): Log | null {
  const lines = readFileSync(path, "utf8").split("\n").map(parseLine);
  // Behind the last newline.
  if (lines.at(-1) === undefined) lines.pop();
  const head = header.safeParse(lines.shift());
  if (!head.success || head.data.origin !== key.name) wrong.push("header");
  const rotations: string[] = [];
  for (let next = rotationLine.safeParse(lines[0]); next.success; next = rotationLine.safeParse(lines[0])) {
    rotations.push(next.data.rotation);
    lines.shift();
  }
  const count = lines.findIndex((one) => noteLine.safeParse(one).success);
  const entries: Entry[] = [];
  for (const one of lines.slice(0, count < 0 ? undefined : count)) {
    const erased = erasedLine.safeParse(one);
    if (erased.success) {
      entries.push(erased.data);
      continue;
    }
    const found = line.safeParse(one);
    if (!found.success) wrong.push(`entry ${entries.length}`);
    const { leaf, salt, body } = found.data ?? { leaf: "", salt: "", body: "" };
    entries.push({ leaf, salt: Buffer.from(salt, "base64url"), body });
  }
  if (head.success && head.data.entries !== entries.length) wrong.push("header");
  const checkpoints = (count < 0 ? [] : lines.slice(count)).flatMap((one) => {
    const found = noteLine.safeParse(one);
    if (!found.success) wrong.push("file");
    return found.success ? [{ note: found.data.checkpoint }] : [];
  });
  return { rotations, entries, checkpoints };
}

/** A line's one spelling, so that no parser reads it otherwise. */
function parseLine(text: string): unknown {
  const value = parse(text);
  return value === undefined || JSON.stringify(value) === text.trim() ? value : null;
}

const leafShape = z.strictObject({
  atMs: z.number().int(),
  body: z.string(),
  kind: z.string(),
  seq: z.number().int(),
  v: z.literal(1),
});

/** The root (base64) of the tree over the first N leaves, by N. */
function checkEntries(entries: readonly Entry[], wrong: string[]): Map<number, string> {
  const frontier: Buffer[] = [];
  const roots = new Map([[0, sha256("").toString("base64")]]);
  checkErased(entries, wrong);
  entries.forEach(({ leaf, salt, body, seq, leaf_hash }, at) => {
    const said = leafShape.safeParse(parse(leaf));
    const isErased = salt === null || body === null;
    const digest = isErased ? said.data?.body : sha256(salt, body).toString("base64url");
    const good =
      said.success &&
      canonical(said.data) === leaf &&
      (isErased || salt.length === 32) &&
      said.data.body === digest &&
      said.data.seq === at;
    let hash: Buffer = sha256(Buffer.of(0), leaf);
    if (!good || (seq ?? at) !== at || !hash.equals(leaf_hash ?? hash)) wrong.push(`entry ${at}`);
    for (let bits = at; bits % 2 === 1; bits = Math.floor(bits / 2)) hash = node(frontier.pop(), hash);
    frontier.push(hash);
    roots.set(at + 1, frontier.reduceRight((right, left) => node(left, right)).toString("base64"));
  });
  return roots;
}

const erasure = z.object({ entries: z.array(z.tuple([z.number().int().min(0), z.number().int()])) });

/** What has no body stands in a later record of erasure, and what stands in one has none. */
function checkErased(entries: readonly Entry[], wrong: string[]): void {
  const recorded = new Set<number>();
  entries.forEach(({ leaf, body }, at) => {
    const { kind } = leafShape.safeParse(parse(leaf)).data ?? {};
    if (body === null && /^(entries\.erased|hold\.placed|hold\.lifted|ledger\.key)$/.test(kind ?? ""))
      wrong.push(`entry ${at}`);
    const record = erasure.safeParse(kind === "entries.erased" && body !== null ? parse(body) : null);
    const ends = [-1, ...(record.data?.entries.flat() ?? []), at];
    // 0 ≤ first ≤ last < next first ≤ …: a single entry is both ends of its range.
    if (ends.some((end, i) => i > 0 && (i % 2 === 0 ? end < Number(ends[i - 1]) : end <= Number(ends[i - 1])))) return;
    for (const [from, to] of record.data?.entries ?? []) for (let seq = from; seq <= to; seq += 1) recorded.add(seq);
  });
  entries.forEach(({ body }, at) => {
    if ((body === null) !== recorded.has(at)) wrong.push(`entry ${at}`);
  });
}

function node(left: Buffer | undefined, right: Buffer): Buffer {
  if (left === undefined) throw new Error("the frontier has a root for each 1 bit");
  return sha256(Buffer.of(1), left, right);
}

type KeyAt = (size: number) => Key;

/** The key of each checkpoint's size: the given one's, where no rotation was filed or they are no chain with it. */
function keysOver(given: Key, text: string, notes: readonly string[], wrong: string[]): KeyAt {
  const chain = notes.map((note) => {
    const [first, origin, size = "", from = "", to = "", ...rest] = note
      .slice(0, note.lastIndexOf("\n\n") + 1)
      .split("\n");
    const stated = first === "countersign ledger key rotation" && /^(0|[1-9]\d*)$/.test(size) && rest.join() === "";
    const signed = stated && [from, to].every((one) => one.startsWith(`${origin}+`) && isSigned(note, keyOrNull(one)));
    return signed && from !== to ? { size: Number(size), from, to } : null;
  });
  const holds = chain.every((one, at) => {
    const before = chain[at - 1];
    return one !== null && (before === undefined || (before?.to === one.from && before.size < one.size));
  });
  if (notes.length === 0) return () => given;
  if (!holds || !chain.some((one) => one?.from === text || one?.to === text)) {
    wrong.push("keys");
    return () => given;
  }
  return (size) => parseKey(chain.find((one) => one !== null && size <= one.size)?.from ?? chain.at(-1)?.to ?? text);
}

/** Each filed rotation is recorded by the entry of its size, and each such entry's is filed. */
function checkRotations({ entries, rotations }: Log, wrong: string[]): void {
  const filed = new Map(rotations.map((note) => [Number(note.split("\n")[2]), note]));
  entries.forEach(({ leaf, body }, at) => {
    if (leafShape.safeParse(parse(leaf)).data?.kind !== "ledger.key") return;
    if (body !== canonical({ note: filed.get(at) ?? null })) wrong.push(`entry ${at}`);
    else filed.delete(at);
  });
  for (const size of filed.keys()) wrong.push(`key after ${size}`);
}

/** The size of the last checkpoint, null where none can be read. */
function checkCheckpoints(log: Log, roots: Map<number, string>, keys: KeyAt, wrong: string[]): number | null {
  let last: number | null = null;
  for (const { note, size } of log.checkpoints) {
    const opened = openCheckpoint(note, keys);
    const named = `checkpoint ${size ?? opened?.size ?? "?"}`;
    const rises = opened !== null && opened.size > (last ?? -1) && (size ?? opened.size) === opened.size;
    if (opened === null || !rises || (roots.get(opened.size) ?? opened.root) !== opened.root) wrong.push(named);
    if (opened === null) continue;
    const due = last === null ? 0 : (Math.floor(last / 256) + 1) * 256;
    if (opened.size > due) wrong.push(`checkpoint ${due}`);
    last = opened.size;
  }
  if (last === null) wrong.push("checkpoints");
  return last;
}

interface Key {
  readonly name: string;
  readonly hash: Buffer;
  readonly key: KeyObject;
}

function parseKey(text: string): Key {
  const [name = "", hash = "", ...rest] = text.split("+");
  const bytes = Buffer.from(rest.join("+"), "base64");
  if (bytes.length !== 33 || bytes[0] !== 1) throw new Error("not a verifier key");
  const x = bytes.subarray(1).toString("base64url");
  return {
    name,
    hash: Buffer.from(hash, "hex"),
    key: createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" }),
  };
}

function keyOrNull(text: string): Key | null {
  try {
    return parseKey(text);
  } catch {
    return null;
  }
}

function openCheckpoint(note: string, keys: KeyAt): { readonly size: number; readonly root: string } | null {
  const text = note.slice(0, note.lastIndexOf("\n\n") + 1);
  const [, origin, size = "", root = ""] = /^(.+)\n(0|[1-9]\d*)\n(.+)\n$/.exec(text) ?? [];
  const key = keys(Number(size));
  return origin === key.name && isSigned(note, key) ? { size: Number(size), root } : null;
}

function isSigned(note: string, key: Key | null): boolean {
  if (key === null) return false;
  const split = note.lastIndexOf("\n\n") + 1;
  const [text, signatures] = [note.slice(0, split), note.slice(split + 1)];
  if (!signatures.endsWith("\n")) return false;
  const lines = signatures
    .slice(0, -1)
    .split("\n")
    .map((one) => /^— (\S+) (\S+)$/.exec(one));
  if (lines.includes(null)) return false;
  return lines.some((found) => {
    const signature = Buffer.from(found?.[2] ?? "", "base64");
    if (found?.[1] !== key.name || signature.length !== 68 || !signature.subarray(0, 4).equals(key.hash)) return false;
    return verify(null, Buffer.from(text), key.key, signature.subarray(4));
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
