import type { DatabaseSync } from "node:sqlite";
import { leafHash } from "../../../src/gateway/audit/merkle.ts";

/** One way to tamper with the ledger of verify.test.ts, in either form, and how it must be found. */
export interface Tampering {
  readonly name: string;
  /** `foreign` is a checkpoint of the empty log signed by another key. */
  readonly folder?: (db: DatabaseSync, foreign: string) => void;
  readonly export?: (lines: string[], foreign: string) => void;
  /** Where it is found; the same in both forms unless two are given. */
  readonly place: string | readonly [folder: string, export_: string];
  readonly seq?: number;
  readonly what: string;
  readonly seen?: "early" | "newest";
}

const line = (seq: number) => seq + 1;
const sql = (text: string) => (db: DatabaseSync) => db.exec(text);

/** The table: edits by SQL on a data folder, by lines on an export. */
export const tamperings: readonly Tampering[] = [
  {
    name: "a body changed by one byte",
    folder: sql(`UPDATE ledger_entries SET body = replace(body, '"n":7', '"n":8') WHERE seq = 7`),
    export: (lines) =>
      edit(lines, line(7), (entry) => ({ ...entry, body: String(entry.body).replace('"n":7', '"n":8') })),
    place: "entry 7",
    seq: 7,
    what: "body or its salt was changed",
  },
  {
    name: "a salt changed",
    folder: sql("UPDATE ledger_entries SET salt = randomblob(32) WHERE seq = 599"),
    export: (lines) => edit(lines, line(599), (entry) => ({ ...entry, salt: "A".repeat(43) })),
    place: "entry 599",
    seq: 599,
    what: "body or its salt was changed",
  },
  {
    name: "a body removed with its salt, and no record of it",
    folder: sql("UPDATE ledger_entries SET body = NULL, salt = NULL WHERE seq = 0"),
    export: (lines) => edit(lines, line(0), (entry) => ({ ...entry, body: null, salt: null })),
    place: "entry 0",
    seq: 0,
    what: "no later entry records its erasure",
  },
  {
    name: "a body removed without its salt",
    folder: sql("UPDATE ledger_entries SET body = NULL WHERE seq = 3"),
    export: (lines) => edit(lines, line(3), (entry) => ({ ...entry, body: null })),
    place: "entry 3",
    seq: 3,
    what: "the body was removed",
  },
  {
    name: "a salt removed without its body",
    folder: sql("UPDATE ledger_entries SET salt = NULL WHERE seq = 3"),
    export: (lines) => edit(lines, line(3), (entry) => ({ ...entry, salt: null })),
    place: "entry 3",
    seq: 3,
    what: "the salt was removed",
  },
  {
    name: "a leaf changed",
    folder: sql("UPDATE ledger_entries SET leaf = replace(leaf, 'call.request', 'call.refused') WHERE seq = 300"),
    export: (lines) =>
      edit(lines, line(300), (entry) => ({ ...entry, leaf: String(entry.leaf).replace("request", "refused") })),
    place: ["entry 300", "entries 256..511"],
    what: "changed",
  },
  {
    name: "a leaf changed together with its stored hash",
    folder: (db) => {
      const leaf = String(db.prepare("SELECT leaf FROM ledger_entries WHERE seq = 300").get()?.["leaf"]);
      const forged = leaf.replace("call.request", "call.refused");
      db.prepare("UPDATE ledger_entries SET leaf = ?, leaf_hash = ? WHERE seq = 300").run(forged, leafHash(forged));
    },
    place: "entries 256..511",
    what: "checkpoint 512 signs",
  },
  {
    name: "a stored hash changed",
    folder: sql("UPDATE ledger_entries SET leaf_hash = zeroblob(32) WHERE seq = 5"),
    place: "entry 5",
    seq: 5,
    what: "doesn't have its stored hash",
  },
  {
    name: "a leaf that is no longer canonical",
    folder: sql("UPDATE ledger_entries SET leaf = leaf || ' ' WHERE seq = 12"),
    export: (lines) => edit(lines, line(12), (entry) => ({ ...entry, leaf: `${String(entry.leaf)} ` })),
    place: "entry 12",
    seq: 12,
    what: "not the canonical text",
  },
  {
    name: "an entry removed",
    folder: sql("DELETE FROM ledger_entries WHERE seq = 100"),
    export: (lines) => void lines.splice(line(100), 1),
    place: "entry 100",
    seq: 100,
    what: "missing at its place",
  },
  {
    name: "an entry removed and the rows moved up",
    folder: sql(
      "DELETE FROM ledger_entries WHERE seq = 100; UPDATE ledger_entries SET seq = -seq WHERE seq > 100; UPDATE ledger_entries SET seq = -seq - 1 WHERE seq < 0",
    ),
    place: "entry 100",
    seq: 100,
    what: "missing at its place",
  },
  {
    name: "rows renumbered without touching the leaves",
    folder: sql("UPDATE ledger_entries SET seq = seq + 1000 WHERE seq >= 550"),
    place: "entry 550",
    seq: 550,
    what: "stands in row 1550",
  },
  {
    name: "several entries removed",
    folder: sql("DELETE FROM ledger_entries WHERE seq BETWEEN 100 AND 104"),
    export: (lines) => void lines.splice(line(100), 5),
    place: "entries 100..104",
    what: "missing at its place",
  },
  {
    name: "two entries swapped",
    folder: sql(
      "UPDATE ledger_entries SET seq = -1 WHERE seq = 40; UPDATE ledger_entries SET seq = 40 WHERE seq = 41; UPDATE ledger_entries SET seq = 41 WHERE seq = -1",
    ),
    export: (lines) => void lines.splice(line(40), 2, lines[line(41)] ?? "", lines[line(40)] ?? ""),
    place: "entry 40",
    seq: 40,
    what: "stands behind entry 41",
  },
  {
    name: "an entry repeated at the end",
    folder: sql("INSERT INTO ledger_entries SELECT 601, leaf, leaf_hash, salt, body FROM ledger_entries WHERE seq = 9"),
    export: (lines) => void lines.splice(line(601), 0, lines[line(9)] ?? ""),
    place: "entry 9",
    seq: 9,
    what: "stands behind entry 600",
  },
  {
    name: "an entry inserted",
    folder: sql(
      "UPDATE ledger_entries SET seq = -seq WHERE seq > 50; UPDATE ledger_entries SET seq = 1 - seq WHERE seq < 0; INSERT INTO ledger_entries SELECT 51, leaf, leaf_hash, salt, body FROM ledger_entries WHERE seq = 50",
    ),
    export: (lines) => void lines.splice(line(51), 0, lines[line(50)] ?? ""),
    place: "entry 50",
    seq: 50,
    what: "stands behind entry 50",
  },
  {
    name: "a forged entry added behind the newest checkpoint",
    folder: (db) => addForged(db),
    export: (lines) => {
      const leaf = forgedLeaf(lines[line(600)] ?? "");
      lines.splice(line(601), 0, JSON.stringify({ ...parsed(lines[line(600)] ?? ""), leaf }));
    },
    place: "entry 601",
    seq: 601,
    what: "no checkpoint covers them",
  },
  {
    name: "the tail removed while its checkpoint stands",
    folder: sql("DELETE FROM ledger_entries WHERE seq >= 590"),
    export: (lines) => void lines.splice(line(590), 11),
    place: "entries 590..600",
    what: "missing at the end",
  },
  {
    name: "all entries removed while the checkpoints stand",
    folder: sql("DELETE FROM ledger_entries"),
    export: (lines) => void lines.splice(line(0), 601),
    place: "entries 0..600",
    what: "missing at the end",
  },
  {
    name: "the newest checkpoint removed",
    folder: sql("DELETE FROM ledger_checkpoints WHERE size = 601"),
    export: (lines) => void lines.pop(),
    place: "entries 512..600",
    what: "no checkpoint covers them",
  },
  {
    name: "an older checkpoint removed",
    folder: sql("DELETE FROM ledger_checkpoints WHERE size = 256"),
    export: (lines) => void lines.splice(line(601) + 1, 1),
    place: "checkpoint 256",
    what: "missing",
  },
  {
    name: "all checkpoints removed",
    folder: sql("DELETE FROM ledger_checkpoints"),
    export: (lines) => void lines.splice(line(601)),
    place: "checkpoints",
    what: "no checkpoint is signed by this key",
  },
  {
    name: "a checkpoint replaced by another",
    folder: sql(
      "UPDATE ledger_checkpoints SET note = (SELECT note FROM ledger_checkpoints WHERE size = 256) WHERE size = 512",
    ),
    export: (lines) => void lines.splice(line(601) + 2, 1, lines[line(601) + 1] ?? ""),
    place: ["checkpoint 512", "checkpoint 256"],
    what: "replaced",
  },
  {
    name: "a checkpoint changed",
    folder: sql("UPDATE ledger_checkpoints SET note = replace(note, '512', '513') WHERE size = 512"),
    export: (lines) =>
      edit(lines, line(601) + 2, (entry) => ({ checkpoint: String(entry.checkpoint).replace("512", "513") })),
    place: ["checkpoint 512", "checkpoint 513"],
    what: "its signature doesn't hold",
  },
  {
    name: "a checkpoint signed by another key",
    folder: (db, foreign) => void db.prepare("UPDATE ledger_checkpoints SET note = ? WHERE size = 0").run(foreign),
    export: (lines, foreign) => void lines.splice(line(601), 1, JSON.stringify({ checkpoint: foreign })),
    place: "checkpoint 0",
    what: "not signed by this log's key",
  },
  {
    name: "a checkpoint that claims an enormous size",
    folder: sql("UPDATE ledger_checkpoints SET size = 9007199254740991 WHERE size = 601"),
    export: (lines) =>
      edit(lines, lines.length - 1, (entry) => ({
        checkpoint: String(entry.checkpoint).replace("601", "9007199254740991"),
      })),
    place: "checkpoint 9007199254740991",
    what: "",
  },
  {
    name: "tail and checkpoint removed together, against the kept checkpoint",
    folder: sql("DELETE FROM ledger_entries WHERE seq >= 512; DELETE FROM ledger_checkpoints WHERE size = 601"),
    export: (lines) => {
      lines.splice(line(512), 89);
      lines.pop();
      edit(lines, 0, (header) => ({ ...header, entries: 512 }));
    },
    place: "kept checkpoint",
    what: "entries 512..600 are missing",
    seen: "newest",
  },
  {
    name: "a line that is not JSON",
    export: (lines) => void lines.splice(line(30), 1, "{"),
    place: "line 32",
    what: "not JSON",
  },
  {
    name: "a header that announces more",
    export: (lines) => edit(lines, 0, (header) => ({ ...header, entries: 700 })),
    place: "header",
    what: "announces 700",
  },
  {
    name: "a header of another log",
    export: (lines) => edit(lines, 0, (header) => ({ ...header, origin: "other.example" })),
    place: "header",
    what: "another gateway",
  },
  { name: "no header", export: (lines) => void lines.shift(), place: "line 1", what: "no header" },
  {
    name: "an entry behind the checkpoints",
    export: (lines) => void lines.push(lines[1] ?? ""),
    place: "line 607",
    what: "behind the checkpoints",
  },
  {
    name: "a torn last line",
    export: (lines) => void lines.push(lines.pop()?.slice(0, 50) ?? ""),
    place: "line 606",
    what: "not JSON",
  },
];

export interface AnyLine {
  readonly leaf?: unknown;
  readonly body?: unknown;
  readonly salt?: unknown;
  readonly checkpoint?: unknown;
  readonly entries?: unknown;
  readonly origin?: unknown;
}

/** One line of an export. */
export function parsed(text: string): AnyLine {
  return JSON.parse(text) as AnyLine;
}

function edit(lines: string[], at: number, change: (value: AnyLine) => AnyLine): void {
  lines[at] = JSON.stringify(change(parsed(lines[at] ?? "")));
}

function forgedLeaf(text: string): string {
  return String(parsed(text).leaf).replace('"seq":600', '"seq":601');
}

function addForged(db: DatabaseSync): void {
  const row = db.prepare("SELECT leaf, salt, body FROM ledger_entries WHERE seq = 600").get();
  const leaf = String(row?.["leaf"]).replace('"seq":600', '"seq":601');
  const { salt = null, body = null } = row ?? {};
  db.prepare("INSERT INTO ledger_entries VALUES (601, ?, ?, ?, ?)").run(leaf, leafHash(leaf), salt, body);
}
