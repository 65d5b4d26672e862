import type { ConsoleState } from "../../shared/console.ts";
import type { Client } from "../client.ts";
import { nobodysState } from "../state.ts";

/** What a shell has of the profile that is open. */
type ShellClient = Pick<Client, "state" | "onState" | "call" | "show" | "onShow">;

/** The client of whichever profile is open, as one object that stays while profiles are switched. */
export interface CurrentClient extends ShellClient {
  /** Puts this one in the place of the last, or nobody: all that was shown of the last is gone first. */
  put(client: ShellClient | null): void;
}

export function currentClient(now: () => number): CurrentClient {
  const states = new Set<(state: ConsoleState) => void>();
  const shows = new Set<(approval: string | null) => void>();
  let nobody = nobodysState(now());
  let current: ShellClient | null = null;
  let stops: readonly (() => void)[] = [];

  const state = (): ConsoleState => current?.state() ?? nobody;
  const tell = (): void => states.forEach((listener) => listener(state()));

  function put(client: ShellClient | null): void {
    stops.forEach((stop) => stop());
    stops = [];
    current = null;
    nobody = nobodysState(now());
    // Whoever follows hears that nobody is there before another is: a decision of the last profile's must not go to the next one's gateway.
    tell();
    if (client === null) return;
    current = client;
    stops = [client.onState(tell), client.onShow((approval) => shows.forEach((listener) => listener(approval)))];
    tell();
  }

  return {
    state,
    onState: (listener) => (states.add(listener), () => states.delete(listener)),
    onShow: (listener) => (shows.add(listener), () => shows.delete(listener)),
    show: (approval) => (current === null ? shows.forEach((listener) => listener(approval)) : current.show(approval)),
    call: async (call, input, presence) => {
      if (current !== null) return await current.call(call, input, presence);
      const message = "No gateway is open here: add one, or choose one.";
      return { ok: false, error: { code: "not_running", message } };
    },
    put,
  };
}
