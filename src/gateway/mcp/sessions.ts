import { randomUUID } from "node:crypto";
import type { RpcId, Target, TargetSession } from "../../shared/target.ts";
import type { Principal } from "../identity/principal.ts";

/** A conversation of one principal with one connection. Legacy clients name it by `Mcp-Session-Id`; modern ones don't know of it. */
export interface Session {
  readonly id: string;
  readonly principal: string;
  readonly connection: string;
  readonly target: TargetSession;
  /** As the client names itself (`clientInfo`). A claim. */
  client: { readonly name: string; readonly version: string } | null;
  /** The protocol version the target answered `initialize` with. */
  version: string | null;
  /** Requests under way, for `notifications/cancelled`. */
  readonly inFlight: Map<RpcId, AbortController>;
  lastUsedMs: number;
}

const idleMs = 30 * 60_000;
const idleModernMs = 60_000;

/** The open conversations of this gateway. They live in memory: after a restart legacy clients get 404 and start anew. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #now: () => number;
  readonly #onClose: (session: Session, why: string) => void;

  constructor(now: () => number, onClose: (session: Session, why: string) => void) {
    this.#now = now;
    this.#onClose = onClose;
  }

  openLegacy(principal: Principal, connection: string, target: Target): Session {
    return this.#open(randomUUID(), principal, connection, target.open("legacy"));
  }

  /** The one conversation that carries this principal's stateless requests. */
  modern(principal: Principal, connection: string, target: Target): Session {
    const id = `modern ${principal.id} ${connection}`;
    return this.#touch(this.#sessions.get(id)) ?? this.#open(id, principal, connection, target.open("modern"));
  }

  /** The legacy session of this id, if it is this principal's on this connection. */
  get(id: string, principal: Principal, connection: string): Session | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || session.principal !== principal.id || session.connection !== connection)
      return undefined;
    return id.startsWith("modern ") ? undefined : this.#touch(session);
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
      const limit = session.id.startsWith("modern ") ? idleModernMs : idleMs;
      return session.inFlight.size === 0 && this.#now() - session.lastUsedMs > limit;
    });
    await Promise.all(idle.map((session) => this.close(session, "idle")));
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => this.close(session, "gateway stopped")));
  }

  #touch(session: Session | undefined): Session | undefined {
    if (session !== undefined) session.lastUsedMs = this.#now();
    return session;
  }

  #open(id: string, principal: Principal, connection: string, target: TargetSession): Session {
    const session: Session = {
      id,
      principal: principal.id,
      connection,
      target,
      client: null,
      version: null,
      inFlight: new Map(),
      lastUsedMs: this.#now(),
    };
    this.#sessions.set(id, session);
    return session;
  }
}
