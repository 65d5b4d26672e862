import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { Session } from "./sessions.ts";

/** Records the end of an MCP client's conversation; what can't be recorded is logged, as nothing waits for it. */
export function recordClosed(store: Store, log: Log): (session: Session, why: string) => void {
  return ({ id: session, principal, connection }, why) => {
    store
      .commit((writes) => writes.append("session.closed", { session, principal, connection, why }))
      .catch((error: unknown) => log({ level: "error", event: "session.closed", error }));
  };
}
