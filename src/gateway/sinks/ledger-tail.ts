import { join, resolve } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { isJson, isJsonObject, type JsonObject } from "../../shared/json.ts";
import { KnownCalls } from "../audit/known-calls.ts";
import { longBody } from "../audit/long-body.ts";
import type { Sliced } from "../../shared/slices.ts";
import { inTurns } from "../in-turns.ts";
import { databaseFile } from "../store/database.ts";
import { ocsfOf, severityOf } from "./ocsf.ts";
import type { Sink, SinkEvent, WrittenEvent } from "./sink.ts";

/** A body up to so many characters goes along with its event; a longer one is told by its leaf, and kept by the ledger. */
const longestBody = 65_536;
/** So many entries are delivered at once at most, */
export const enoughEntries = 500;
/** and none further after so much. */
const mostCharacters = 1_000_000;
/** So many entries before the first are looked at, so that an answer after a new start still says whose it is. */
const recalled = 2000;

/** A longer one stands in a file. */
const longestParsed = 262_144;

const row = z.object({ seq: z.number(), leaf: z.string(), body: z.string().nullable(), salted: z.number() });
const leafShape = z.object({ atMs: z.number(), kind: z.string() });

/** The ledger of a data folder as one sink reads it, in its order, by a connection of its own. */
export class LedgerTail {
  readonly #db: DatabaseSync;
  readonly #after: StatementSync;
  readonly #calls = new KnownCalls();
  readonly #folder: string;
  readonly #origin: string;

  constructor(folder: string, origin: string) {
    this.#folder = folder;
    this.#origin = origin;
    const url = pathToFileURL(resolve(join(folder, databaseFile)));
    this.#db = new DatabaseSync(url, { readOnly: true, timeout: 5000 });
    this.#db.exec("PRAGMA trusted_schema=OFF");
    this.#after = this.#db.prepare(
      `SELECT seq, leaf, iif(length(body) <= ${longestParsed}, body, NULL) AS body, salt IS NOT NULL AS salted FROM ledger_entries WHERE seq >= ? ORDER BY seq LIMIT ?`,
    );
  }

  /** The events from this entry on, at most so many, as `textOf` writes them; none at the end. Others' work goes on meanwhile. */
  async from(seq: number, most: number, textOf: Sink["textOf"]): Promise<readonly WrittenEvent[]> {
    return await inTurns(this.#events(seq, most, textOf));
  }

  /** Looks at what came before this entry, for what a call's later entries say only by the call's id. */
  async recall(seq: number): Promise<void> {
    for (let at = Math.max(0, seq - recalled); at < seq;) {
      const events = await this.from(at, Math.min(seq - at, enoughEntries), () => "");
      if (events.length === 0) return;
      at += events.length;
    }
  }

  *#events(seq: number, most: number, textOf: Sink["textOf"]): Sliced<readonly WrittenEvent[]> {
    const events: WrittenEvent[] = [];
    let characters = 0;
    for (const each of this.#after.iterate(seq, most)) {
      const event = this.#eventOf(row.parse(each));
      const text = textOf(event);
      events.push({ id: event.id, seq: event.seq, text });
      characters += text.length;
      if (characters >= mostCharacters) break;
      yield;
    }
    return events;
  }

  close(): void {
    this.#db.close();
  }

  #eventOf({ seq, leaf, body: text, salted }: z.infer<typeof row>): SinkEvent {
    const { atMs, kind } = leafShape.parse(JSON.parse(leaf));
    const whole = bodyOf(text);
    const isInFile = text === null && salted === 1;
    const said = isInFile ? longBody(this.#folder, kind, leaf) : (whole ?? {});
    const facts = this.#calls.take(kind, said);
    const body = (text?.length ?? 0) <= longestBody ? whole : null;
    const event = ocsfOf({
      origin: this.#origin,
      seq,
      atMs,
      kind,
      leaf,
      facts,
      body,
      isErased: text === null && salted === 0,
    });
    return { id: `${this.#origin}#${seq}`, seq, atMs, kind, severity: severityOf(kind, facts), event };
  }
}

function bodyOf(text: string | null): JsonObject | null {
  const value: unknown = text === null ? null : JSON.parse(text);
  return isJson(value) && isJsonObject(value) ? value : null;
}
