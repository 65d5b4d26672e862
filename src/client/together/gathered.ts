import { isJsonObject, type JsonObject } from "../../shared/json.ts";
import type { Heard } from "../heard.ts";
import { isLast, pagesOf, type Cursor } from "./cursor.ts";
import { merged, type List } from "./lists.ts";
import type { Place } from "./names.ts";
import { readAnswer, Refused } from "./session.ts";

export interface Gathering {
  readonly list: List;
  readonly connections: readonly string[];
  /** Where each goes on; null for the beginning of all. */
  readonly cursor: Cursor | null;
  readonly ask: (connection: string, cursor: string | null) => Promise<Heard>;
  readonly onPlace: (joined: string, place: Place) => void;
  /** One that took too long has answered after all: whoever has this list should ask anew. */
  readonly onLate: () => void;
  readonly late: LateAnswers;
}

/** Answers that came too late for the list before; each is used once. */
export type LateAnswers = Map<string, { readonly result: JsonObject; readonly untilMs: number }>;

/**
 * All connections' lists in one result. One that is down, or slow, is left out. Where none answers, throws why the first did not; but on a
 * later page what a connection does is no reason to take the pages of before away from the client, which lists to the end or not at all.
 */
export async function gathered(gathering: Gathering): Promise<JsonObject> {
  const { connections, cursor, list, late } = gathering;
  const pages = pagesOf(cursor);
  const wanted = cursor === null ? connections : connections.filter((each) => cursor.has(each));
  const found = new Map<string, JsonObject>();
  const faults: unknown[] = [];
  let isOver = false;
  const each = wanted.map(async (connection) => {
    const key = `${list.method} ${connection}`;
    const kept = late.get(key);
    late.delete(key);
    const fresh = kept !== undefined && cursor === null && Date.now() < kept.untilMs;
    const result = fresh
      ? kept.result
      : await resultOf(gathering, connection).catch((fault) => void faults.push(fault));
    if (result === undefined) return;
    if (!isOver) found.set(connection, result);
    else if (cursor === null) {
      late.set(key, { result, untilMs: Date.now() + lateMs });
      gathering.onLate();
    }
  });
  const all = Promise.all(each).then(() => true);
  let isDone = false;
  while (!isDone && !(isOver && found.size > 0)) {
    isDone = await Promise.race([all, patience()]);
    // A list of nothing but servers that start slowly is worth the wait, where none is shown yet.
    isOver = isDone || found.size > 0 || cursor !== null;
    if (cursor !== null) break;
  }
  const fault = faults.find((each) => cursor === null || !(each instanceof Refused));
  if (found.size === 0 && fault !== undefined) throw fault;
  const inOrder = new Map([...found].toSorted(([one], [two]) => wanted.indexOf(one) - wanted.indexOf(two)));
  return merged(list, inOrder, gathering.onPlace, isLast(pages) ? null : pages);
}

/** A client waits a minute for a list, and its person for the client. */
const patienceMs = 15_000;
const lateMs = 60_000;

async function resultOf({ ask, cursor }: Gathering, connection: string): Promise<JsonObject> {
  const message = await readAnswer(await ask(connection, cursor?.get(connection) ?? null));
  if (isJsonObject(message?.result)) return message.result;
  // A server without prompts, say, refuses to list them.
  if (isJsonObject(message?.error) && message.error.code === methodNotFound) return {};
  throw new Refused(`The connection ${connection} does not list what it has now.`);
}

const methodNotFound = -32_601;

function patience(): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), patienceMs).unref());
}
