import { canonical, type Json, type JsonObject } from "../../../shared/json.ts";
import { metaOf } from "../../../shared/message.ts";
import { TargetError, type RpcMessage, type Target } from "../../../shared/target.ts";
import { BridgedLegacy } from "./bridged-legacy.ts";
import { initialize } from "./hello.ts";
import { legacyCapabilities } from "./modern-words.ts";
import { metaKeys, unnamed } from "./revisions.ts";

/** Clients of one principal, told apart by how they name themselves and what they can be asked for, with a session each at one target. */
export const mostBridged = 8;

/** How long a target may take to begin a session. */
const helloMs = 30_000;

/** One client's session, from the moment it is opened. */
export interface Bridged {
  readonly key: string;
  /** Rejects with TargetError where the target refuses it or can't be reached. */
  readonly opening: Promise<BridgedLegacy>;
  session: BridgedLegacy | null;
}

/** The sessions with a legacy target in which the requests of one principal's modern clients are asked. */
export class BridgedSessions {
  readonly #via: Target;
  readonly #onRefused: () => void;
  readonly #open = new Map<string, Bridged>();

  constructor(via: Target, onRefused: () => void) {
    this.#via = via;
    this.#onRefused = onRefused;
  }

  get size(): number {
    return this.#open.size;
  }

  /** The session for this request's client; null where there are too many, all of them busy. */
  of(message: RpcMessage): Bridged | null {
    const clientInfo = clientOf(message);
    const capabilities = legacyCapabilities(message);
    const key = canonical({ clientInfo, capabilities });
    const known = this.#open.get(key);
    if (known === undefined && !this.#hasRoom()) return null;
    const bridged = known ?? this.#begin(key, clientInfo, capabilities);
    // The last in the map is the one used last.
    this.#open.delete(key);
    this.#open.set(key, bridged);
    return bridged;
  }

  async drop(bridged: Bridged): Promise<void> {
    if (this.#open.get(bridged.key) === bridged) this.#open.delete(bridged.key);
    await (await bridged.opening.catch(() => null))?.close(); // null: it never opened
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()];
    // One that is still being opened ends by itself, and is then closed.
    for (const each of all) if (each.session === null) void this.drop(each);
    await Promise.all(all.filter(({ session }) => session !== null).map((each) => this.drop(each)));
  }

  #begin(key: string, clientInfo: Json, capabilities: JsonObject): Bridged {
    const bridged: Bridged = { key, session: null, opening: this.#initialize(clientInfo, capabilities, () => lost()) };
    const lost = (): void => void this.drop(bridged);
    bridged.opening.then((session) => (bridged.session = session), lost);
    return bridged;
  }

  async #initialize(clientInfo: Json, capabilities: JsonObject, onLost: () => void): Promise<BridgedLegacy> {
    const session = this.#via.open("legacy");
    try {
      const hello = await initialize(session, clientInfo, capabilities, AbortSignal.timeout(helloMs));
      return new BridgedLegacy(session, hello, capabilities, onLost);
    } catch (error) {
      this.#onRefused();
      await session.close();
      if (error instanceof TargetError) throw error;
      throw new TargetError("timeout", "The target did not begin a session in time.", { cause: error });
    }
  }

  /** Whether another session may be opened; the one of an idle client ends for it. */
  #hasRoom(): boolean {
    if (this.#open.size < mostBridged) return true;
    const idle = [...this.#open.values()].find(({ session }) => session?.isIdle === true);
    if (idle === undefined) return false;
    void this.drop(idle);
    return true;
  }
}

/** How a modern client names itself in a request. A claim. */
export function clientOf(message: RpcMessage): Json {
  return metaOf(message)[metaKeys.clientInfo] ?? { ...unnamed };
}
