import { randomUUID } from "node:crypto";
import type { Json, JsonObject } from "../../shared/json.ts";
import type { Heard } from "../heard.ts";
import { readCursor } from "./cursor.ts";
import { gathered, type LateAnswers } from "./gathered.ts";
import { lists } from "./lists.ts";
import { invalidParams } from "./one-server.ts";
import { Places, type Routed } from "./places.ts";
import { errorOf } from "./said.ts";

/** How a client's requests reach the connections. */
export interface Asking {
  readonly connections: readonly string[];
  readonly ask: (connection: string, message: JsonObject) => Promise<Heard>;
  /** A connection that took too long for a list of this method has answered after all. */
  readonly onLate: (method: string) => void;
}

/** The lists of the one server in one era, and what the names in them stand for. */
export class Listing {
  #places = new Places();
  readonly #late: LateAnswers = new Map();

  /** Other connections may be used than before, perhaps by somebody else. */
  forget(): void {
    this.#places = new Places();
    this.#late.clear();
  }

  /** All connections' lists in one result; null where the cursor is none of this list's. */
  async list(method: string, params: JsonObject, { connections, ask, onLate }: Asking): Promise<JsonObject | null> {
    const list = lists.get(method);
    const cursor = readCursor(params.cursor);
    if (list === undefined || (params.cursor !== undefined && cursor === null)) return null;
    const { cursor: _cursor, ...others } = params;
    return await gathered({
      list,
      connections,
      cursor,
      ask: (connection, at) => {
        const own = at === null ? others : { ...others, cursor: at };
        return ask(connection, { jsonrpc: "2.0", id: randomUUID(), method, params: own });
      },
      onPlace: (joined, place) => this.#places.learn(joined, place),
      onLate: () => onLate(method),
      late: this.#late,
    });
  }

  /** The connection that a request is for, and what it gets; null for none. `listParams` go with the list that a shortened name is looked up in. */
  async route(method: string, params: JsonObject, listParams: JsonObject, asking: Asking): Promise<Routed | null> {
    const look = async (connection: string, of: string) =>
      void (await this.list(of, listParams, { ...asking, connections: [connection] }));
    return await this.#places.route(method, params, asking.connections, look);
  }
}

/** The answer to a list; null as `list` has it. */
export function listAnswer(id: Json, result: JsonObject | null): Json {
  if (result === null) return errorOf(id, invalidParams, "this cursor is none of this list's.");
  return { jsonrpc: "2.0", id, result };
}

/** The answer to what names nothing of these connections. */
export function namesNothing(id: Json): Json {
  return errorOf(id, invalidParams, "no connection of yours has what this names: list anew.");
}
