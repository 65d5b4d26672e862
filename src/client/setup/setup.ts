import type { ConsoleState } from "../../shared/console.ts";
import { CountersignError } from "../../shared/errors.ts";
import type { SetupChange, SetupView, SetupWish } from "../../shared/setup.ts";
import type { Clients } from "../clients.ts";
import { tunnelAddress } from "../state.ts";
import { applyTo, planFor, type Bench } from "./change.ts";
import type { Ground } from "./entry.ts";
import { thisMachine } from "./machine.ts";
import { knownLauncher, noteLauncher } from "./launcher.ts";
import { bridgedIn, tokenIn } from "./ours.ts";
import { openRecord } from "./record.ts";
import { sitesOf, type Site } from "./sites.ts";
import { viewOf } from "./view.ts";

/** Sets up the MCP clients of this machine: finds their settings files, shows the exact change, writes it, undoes it. */
export interface Setup {
  /** Every client that can be set up, and how it stands. `launcher` as in a wish. */
  list(asked: Pick<SetupWish, "environment" | "launcher">): Promise<readonly SetupView[]>;
  /** What `apply` would do. Throws `not_running` where the tunnel is closed, `not_found` for a connection that isn't there. */
  plan(wish: SetupWish): Promise<readonly SetupChange[]>;
  /** Does it, each file by itself: one that is refused holds up no other. */
  apply(wish: SetupWish): Promise<readonly SetupChange[]>;
}

export interface SetupOptions {
  /** The profile's folder. */
  readonly directory: string;
  readonly clients: Clients;
  /** Ends what a client that was removed still has running. */
  readonly drop: (client: string) => void;
  readonly state: () => Pick<ConsoleState, "tunnel" | "connections">;
  /** This machine's clock, in milliseconds: the one that `clients` has. */
  readonly now: () => number;
}

export async function openSetup({ directory, clients, drop, state, now }: SetupOptions): Promise<Setup> {
  const record = await openRecord(directory);
  let turn: Promise<unknown> = Promise.resolve();

  async function bench({ launcher: given }: Pick<SetupWish, "launcher">): Promise<Bench> {
    if (given !== null) await noteLauncher(directory, given);
    const launcher = given ?? (await knownLauncher(directory));
    const { tunnel } = state();
    const address: Ground["address"] = (name) => (tunnel.state === "open" ? tunnelAddress(tunnel.port, name) : null);
    const mine: Ground["mine"] = (entry) => {
      const token = tokenIn(entry);
      if (token !== null) return clients.withToken(token) !== null;
      return clients.list().some(({ name, unverified }) => unverified === true && name === bridgedIn(entry));
    };
    return { profile: directory, record, clients, drop, now, ground: { address, launcher, mine } };
  }

  function chosen(wish: SetupWish): readonly Site[] {
    const sites = sitesOf(thisMachine(wish.environment), record, wish.programs);
    if (wish.programs.length > 0) return sites;
    return sites.filter((site) => (wish.does === "set-up" ? site.installed : site.recorded !== null));
  }

  /** The wish with the connections it means, of those that there are. */
  function settled(wish: SetupWish): SetupWish {
    if (wish.does === "undo") return wish;
    const { tunnel, connections } = state();
    if (tunnel.state !== "open") throw new CountersignError("not_running", "The tunnel is closed: open it first.");
    if (wish.does === "repair") return { ...wish, connections: [] };
    const names = connections.map(({ name }) => name);
    const unknown = wish.connections.find((each) => !names.includes(each));
    if (unknown !== undefined)
      throw new CountersignError("not_found", `There is no connection ${JSON.stringify(unknown)} for you.`);
    if (names.length === 0) throw new CountersignError("not_found", "No connection of this gateway is open to you.");
    return { ...wish, connections: wish.connections.length === 0 ? names : wish.connections };
  }

  /** One after the other: each reads what the one before has written. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  }

  async function each(wish: SetupWish, act: typeof planFor): Promise<readonly SetupChange[]> {
    const meant = settled(wish);
    const own = await bench(meant);
    const changes: SetupChange[] = [];
    for (const site of chosen(meant)) changes.push(await act(site, meant, own));
    return changes;
  }

  return {
    list: (asked) =>
      inTurn(async () => {
        const own = await bench(asked);
        return await Promise.all(sitesOf(thisMachine(asked.environment), record, []).map((site) => viewOf(site, own)));
      }),
    plan: (wish) => inTurn(() => each(wish, planFor)),
    apply: (wish) => inTurn(() => each(wish, applyTo)),
  };
}
