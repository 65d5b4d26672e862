import type { Conversations } from "./conversations.ts";
import type { StateHolder } from "./state.ts";
import { createTogether } from "./together/together.ts";

/** In place of a connection's name: all that the person may use, in one server. No connection has this name. */
export const everything = "";

/** The way to the gateway for all clients: to one connection, or to all of them in one server. */
export interface Ways extends Conversations {
  /** Other connections may be used than before. */
  changed(): void;
}

/** `connections`: the names of those that the person may use now. */
export function withEverything(conversations: Conversations, connections: () => readonly string[]): Ways {
  const together = createTogether({ conversations, connections });
  return {
    ask: (asked, client) => (asked.connection === everything ? together : conversations).ask(asked, client),
    knows: (asked, client) => (asked.connection === everything ? together : conversations).knows(asked, client),
    changed: () => together.changed(),
  };
}

/** Calls back whenever the person may use other connections than before. Returns the way to stop. */
export function watchNames(state: StateHolder, names: () => readonly string[], onChange: () => void): () => void {
  let last = names().join(" ");
  return state.onChange(() => {
    const now = names().join(" ");
    if (now === last) return;
    last = now;
    onChange();
  });
}
