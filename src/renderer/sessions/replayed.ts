import type { Moment, SessionsPage, SessionsQuery, SessionView } from "../../shared/audit-sessions.ts";
import type { Failure } from "../../shared/errors.ts";

/** Which sessions are looked for, as the page has it. */
export interface Wanted {
  readonly person: string;
  readonly connection: string;
  readonly had: NonNullable<SessionsQuery["had"]> | "";
}

/** The list of sessions. Nothing is looked at before the page is opened, as each look is recorded. */
export interface Listed {
  readonly wanted: Wanted;
  readonly sessions: readonly SessionView[];
  readonly next: SessionsPage["next"];
  readonly indexed: number;
  readonly entries: number;
  readonly at: "unread" | "reading" | "reading older" | "read" | "failed";
  readonly error: Failure | null;
}

/** The session that is looked at, as far as it has come. */
export interface Replay {
  readonly id: string;
  readonly at: "reading" | "read" | "failed";
  readonly error: Failure | null;
  readonly session: SessionView | null;
  readonly moments: readonly Moment[];
  readonly names: Readonly<Record<string, string>>;
  /** Where to go on reading; null at the session's end. */
  readonly next: number | null;
  /** The moment that is shown, by its place among them. */
  readonly place: number;
  /** The entry that a link named, until it has come. */
  readonly wanted: number | null;
  /** The call that the next chosen one is compared with. */
  readonly beside: string | null;
  readonly isPlaying: boolean;
  readonly speed: number;
  /** Whether it is what a narrow window shows. */
  readonly isOpen: boolean;
}

export const speeds = [0.5, 1, 2, 8] as const;

export const unlisted: Listed = {
  wanted: { person: "", connection: "", had: "" },
  sessions: [],
  next: null,
  indexed: 0,
  entries: 0,
  at: "unread",
  error: null,
};

export function replayOf(id: string, wanted: number | null): Replay {
  return {
    id,
    at: "reading",
    error: null,
    session: null,
    moments: [],
    names: {},
    next: null,
    place: 0,
    wanted,
    beside: null,
    isPlaying: false,
    speed: 1,
    isOpen: true,
  };
}

/** The question as it is sent. */
export function queryOf({ person, connection, had }: Wanted): SessionsQuery {
  const who = person.trim();
  return {
    ...(who === "" ? {} : { person: who }),
    ...(connection === "" ? {} : { connection }),
    ...(had === "" ? {} : { had }),
  };
}
