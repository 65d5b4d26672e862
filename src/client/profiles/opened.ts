import type { Client } from "../client.ts";
import type { CurrentClient } from "./current.ts";

/** The one profile that a process has open, in the place that its shell looks at. */
export interface Opened {
  /** Its folder; null where none is open. */
  from(): string | null;
  /** Opens the profile in this folder in the place of the last. Throws what opening it throws: then none is open. */
  enter(directory: string): Promise<void>;
  leave(): Promise<void>;
  /** Opens its tunnel, where a profile is open. */
  openTunnel(): Promise<void>;
  /** Runs this with the client of the profile in this folder: the open one's own, or one that is opened for the moment. */
  within<T>(directory: string, use: (client: Client) => Promise<T>): Promise<T>;
  /** Ends it without telling anybody: whoever followed has gone by then. */
  close(): Promise<void>;
}

export function openedProfile(open: (directory: string) => Promise<Client>, shown: CurrentClient): Opened {
  let now: { readonly client: Client; readonly directory: string } | null = null;

  async function leave(): Promise<void> {
    const left = now;
    now = null;
    shown.put(null);
    await left?.client.close();
  }

  return {
    from: () => now?.directory ?? null,
    leave,
    async enter(directory) {
      await leave();
      const client = await open(directory);
      now = { client, directory };
      shown.put(client);
    },
    async openTunnel() {
      await now?.client.openTunnel();
    },
    async within(directory, use) {
      if (now?.directory === directory) return await use(now.client);
      const moment = await open(directory);
      try {
        return await use(moment);
      } finally {
        await moment.close();
      }
    },
    close: async () => now?.client.close(),
  };
}
