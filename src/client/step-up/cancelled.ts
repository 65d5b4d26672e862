import { isJsonObject, type JsonObject } from "../../shared/json.ts";
import { Departure } from "../departure.ts";
import { headerValues } from "../loopback-guard.ts";
import type { Asked } from "../upstream/upstream.ts";

/** A client's call that waits here, so that its cancellation reaches it: the gateway knows nothing of it yet. */
interface Cancellable {
  readonly cancelled: Departure;
  readonly leave: () => void;
}

/** The calls that wait, by who made them, in which session, under which id. */
export class Cancellations {
  readonly #waiting = new Map<string, Departure>();

  enter(asked: Asked, client: string, id: string | number): Cancellable {
    const key = keyOf(asked, client, id);
    const cancelled = new Departure();
    this.#waiting.set(key, cancelled);
    const leave = (): void => {
      if (this.#waiting.get(key) === cancelled) this.#waiting.delete(key);
    };
    return { cancelled, leave };
  }

  /** Looks at what else a client says, as long as something waits (MCP, "Cancellation"). */
  hear(asked: Asked, client: string): void {
    const { body } = asked;
    if (this.#waiting.size === 0 || !Buffer.isBuffer(body) || !body.includes(method)) return;
    const message = messageIn(body);
    const id = isJsonObject(message.params) ? message.params.requestId : undefined;
    if (message.method !== method || (typeof id !== "string" && typeof id !== "number")) return;
    this.#waiting.get(keyOf(asked, client, id))?.abort();
  }
}

const method = "notifications/cancelled";

/** A client's message as far as it is one; nothing is judged by it. */
export function messageIn(body: Buffer): JsonObject {
  try {
    const value = JSON.parse(body.toString("utf8")) as JsonObject[string];
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

function keyOf({ connection, headers }: Asked, client: string, id: string | number): string {
  return JSON.stringify([client, connection, headerValues(headers, "mcp-session-id")[0] ?? null, id]);
}
