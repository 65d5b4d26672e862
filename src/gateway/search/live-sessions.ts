/** A session that goes on: its first entry, when the last one was, and whether its row says who it is. */
export interface LiveSession {
  readonly first: number;
  toMs: number;
  isNamed: boolean;
}

/** So many sessions are known by heart. */
const most = 10_000;

/** The sessions of late, so that not each request asks the tables for its own. */
export class LiveSessions {
  readonly #of = new Map<string, LiveSession>();
  readonly #byFirst = new Map<number, LiveSession>();

  of(client: string): LiveSession | undefined {
    return this.#of.get(client);
  }

  keep(client: string, session: LiveSession): LiveSession {
    if (this.#of.size >= most) this.forget();
    this.#of.set(client, session);
    this.#byFirst.set(session.first, session);
    return session;
  }

  /** The session that begins with this entry has one more. */
  heard(first: number, atMs: number): void {
    const live = this.#byFirst.get(first);
    if (live !== undefined) live.toMs = Math.max(live.toMs, atMs);
  }

  forget(): void {
    this.#of.clear();
    this.#byFirst.clear();
  }
}
