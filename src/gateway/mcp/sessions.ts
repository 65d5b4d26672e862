import { randomUUID } from "node:crypto";
import { isJsonObject, type Json } from "../../shared/json.ts";
import type { RpcId, Target, TargetSession } from "../../shared/target.ts";
import type { Principal } from "../identity/principal.ts";
import type { Connection } from "../runtime.ts";
import { LegacySession } from "./eras/legacy-client.ts";
import { ModernSession } from "./eras/modern-client.ts";
import { StreamLogs } from "./stream-log.ts";

/** A conversation of one principal with one connection. Legacy clients name it by `Mcp-Session-Id`; modern ones don't know of it. */
export interface Session {
  readonly id: string;
  readonly principal: string;
  readonly connection: string;
  /** Where it was opened: after a reload that is another than the connection's of today. */
  readonly via: Target;
  /** How that one is reached (`Connection.place`). */
  readonly place: string;
  readonly target: TargetSession;
  /** As the client names itself (`clientInfo`). A claim. */
  client: { readonly name: string; readonly version: string } | null;
  /** The protocol version the target answered `initialize` with. */
  version: string | null;
  /** The target's requests to the client that have no answer yet: id and method. */
  readonly asked: Map<RpcId, string>;
  /** Answers whose stream a legacy client can take up again. */
  readonly streams: StreamLogs;
  /** Requests under way, for `notifications/cancelled`. */
  readonly inFlight: Map<RpcId, AbortController>;
  /** How many requests and streams use it now. */
  underWay: number;
  lastUsedMs: number;
}

/** What a session is opened with. */
type Opened = Pick<Connection, "name" | "target" | "place">;

const idleMs = 30 * 60_000;
const idleModernMs = 60_000;
/** Legacy sessions, each with a child or session of its own at the target, that one principal may have with one connection. */
export const mostSessions = 32;

/** The open conversations of this gateway. They live in memory: after a restart legacy clients get 404 and start anew. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #now: () => number;
  readonly #onClose: (session: Session, why: string) => void;

  constructor(now: () => number, onClose: (session: Session, why: string) => void) {
    this.#now = now;
    this.#onClose = onClose;
  }

  /** A new session. At `mostSessions` the one that was idle longest ends for it (its client begins anew); null where all are busy. */
  openLegacy(principal: Principal, connection: Opened): Session | null {
    const own = [...this.#sessions.values()].filter(
      (each) => each.principal === principal.id && each.connection === connection.name && !isModern(each),
    );
    if (own.length >= mostSessions) {
      const [oldest] = own.filter(isIdle).toSorted((one, two) => one.lastUsedMs - two.lastUsedMs);
      if (oldest === undefined) return null;
      void this.close(oldest, "too many sessions");
    }
    return this.#open(randomUUID(), principal, connection, "legacy");
  }

  /** The one conversation that carries this principal's stateless requests. */
  modern(principal: Principal, connection: Opened): Session {
    const { name, target } = connection;
    const known = [...this.#sessions.values()].find(
      (each) => isModern(each) && each.principal === principal.id && each.connection === name && each.via === target,
    );
    return this.#touch(known) ?? this.#open(`modern ${randomUUID()}`, principal, connection, "modern");
  }

  /** Keeps the session from being swept until the returned function is called. */
  use(session: Session): () => void {
    session.underWay += 1;
    return () => {
      session.underWay -= 1;
      session.lastUsedMs = this.#now();
    };
  }

  /** The legacy session of this id, if it is this principal's on this connection. */
  get(id: string, principal: Principal, connection: string): Session | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || session.principal !== principal.id || session.connection !== connection)
      return undefined;
    return isModern(session) ? undefined : this.#touch(session);
  }

  /** How many conversations are open. */
  get size(): number {
    return this.#sessions.size;
  }

  async close(session: Session, why: string): Promise<void> {
    if (!this.#sessions.delete(session.id)) return;
    this.#onClose(session, why);
    for (const request of session.inFlight.values()) request.abort();
    await session.target.close();
  }

  /** Ends what nobody has used for a while. */
  async sweep(): Promise<void> {
    const idle = [...this.#sessions.values()].filter((session) => {
      const stateless = session.target instanceof ModernSession && !session.target.hasState;
      const limit = stateless ? idleModernMs : idleMs;
      return isIdle(session) && this.#now() - session.lastUsedMs > limit;
    });
    await Promise.all(idle.map((session) => this.close(session, "idle")));
  }

  /** Ends those of these principals, and what they have under way. */
  async closeOf(isOne: (principal: string) => boolean, why: string): Promise<void> {
    const theirs = [...this.#sessions.values()].filter(({ principal }) => isOne(principal));
    await Promise.all(theirs.map((session) => this.close(session, why)));
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => this.close(session, "gateway stopped")));
  }

  #touch(session: Session | undefined): Session | undefined {
    if (session !== undefined) session.lastUsedMs = this.#now();
    return session;
  }

  #open(id: string, principal: Principal, { name, target: via, place }: Opened, era: "legacy" | "modern"): Session {
    const session: Session = {
      id,
      principal: principal.id,
      connection: name,
      via,
      place,
      target: era === "legacy" ? new LegacySession(via) : new ModernSession(via, this.#now),
      client: null,
      version: null,
      asked: new Map(),
      streams: new StreamLogs(),
      inFlight: new Map(),
      underWay: 0,
      lastUsedMs: this.#now(),
    };
    this.#sessions.set(id, session);
    return session;
  }
}

function isModern({ id }: Session): boolean {
  return id.startsWith("modern ");
}

function isIdle({ underWay }: Session): boolean {
  return underWay === 0;
}

/** How a client names itself (`clientInfo`), or null. */
export function clientOf(info: Json | undefined): Session["client"] {
  if (!isJsonObject(info) || typeof info.name !== "string") return null;
  return { name: info.name.slice(0, 200), version: typeof info.version === "string" ? info.version.slice(0, 100) : "" };
}
