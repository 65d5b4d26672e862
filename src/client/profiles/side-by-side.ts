import { existsSync } from "node:fs";
import { join } from "node:path";
import { CountersignError, toFailure } from "../../shared/errors.ts";
import type { ProfileCall, ProfileInput, ProfileOutput, ProfilesView, RemovalView } from "../../shared/profiles.ts";
import { issuerOf } from "../../shared/provider.ts";
import type { Client } from "../client.ts";
import { writeProfile } from "../profile.ts";
import { placesIn } from "../setup/machine.ts";
import { currentClient, type CurrentClient } from "./current.ts";
import {
  addProfile,
  dropProfile,
  findProfile,
  listProfiles,
  refuseTakenAudience,
  renameProfile,
  useProfile,
  type ListedProfile,
} from "./list.ts";
import { managedId, placeManaged, refuseManaged, type ManagedPolicy } from "./managed.ts";
import { openedProfile } from "./opened.ts";
import { createProposals } from "./proposals.ts";
import { endProfile, entriesOf } from "./removal.ts";

export interface ProfilesOptions {
  /** Where the list of profiles lies. */
  readonly home: string;
  /** The one folder that this process was started for, beside the list. */
  readonly only: string | null;
  readonly open: (directory: string) => Promise<Client>;
  readonly managed: ManagedPolicy;
  /** Hears of what went wrong without anybody having asked. */
  readonly onFault: (what: string, error: unknown) => void;
}

/** A person's profiles in one process, of which one is open at a time: its tunnel is the one that is open, the others' are closed. */
export interface SideBySide {
  readonly client: CurrentClient;
  /** Null where there is no choice: the one folder has its gateway. */
  view(): ProfilesView | null;
  /** Calls back after each change of the view. */
  onChange(listener: () => void): void;
  readonly answers: { readonly [C in ProfileCall]: (input: ProfileInput<C>) => Promise<ProfileOutput[C]> };
  /** Opens the profile in use, without its tunnel. Throws where the one folder can't be opened. */
  start(): Promise<void>;
  /** Opens its tunnel. A failure is part of the state. */
  openTunnel(): Promise<void>;
  close(): Promise<void>;
}

export function sideBySide(options: ProfilesOptions): SideBySide {
  const { home, only, open, managed, onFault } = options;
  const client = currentClient(Date.now);
  const proposals = createProposals(async (way) => refuseTakenAudience(way, await listProfiles(home)));
  const listeners: (() => void)[] = [];
  const changed = (): void => listeners.forEach((listener) => listener());
  const opened = openedProfile(open, client);
  let all: readonly ListedProfile[] = [];
  const faults = new Map<string, string>();
  let turn: Promise<unknown> = Promise.resolve();

  /** One after the other: a switch in the middle of a removal would open what is being deleted. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  }

  async function refresh(): Promise<void> {
    if (only === null) all = await listProfiles(home);
    changed();
  }

  async function openTunnel(): Promise<void> {
    try {
      await opened.openTunnel();
    } catch (error) {
      onFault("The tunnel for MCP clients did not open", error);
    }
  }

  /** Opens the active one; what stands in its way is told beside it. */
  async function enterActive(): Promise<void> {
    await opened.leave();
    const active = (await listProfiles(home)).find(({ isActive }) => isActive) ?? null;
    try {
      if (active === null || active.profile === null) return;
      await opened.enter(active.directory);
      faults.delete(active.id);
    } catch (error) {
      faults.set(active?.id ?? "", toFailure(error).message);
      onFault("The profile in use did not open", error);
    } finally {
      await refresh();
    }
  }

  /** The list's folder. Throws `not_allowed` where there is no list. */
  function listHome(): string {
    if (only === null) return home;
    throw new CountersignError(
      "not_allowed",
      "This app was started for one profile alone: start it without --profile.",
    );
  }

  const environment = placesIn(process.env);

  async function removal(id: string): Promise<RemovalView> {
    const meant = await findProfile(listHome(), id);
    const entries =
      meant.profile === null ? [] : await opened.within(meant.directory, (each) => entriesOf(each, environment));
    return { name: meant.name, folder: meant.directory, entries: entries.map(({ name, file }) => ({ name, file })) };
  }

  async function remove(id: string): Promise<void> {
    refuseManaged(id, managed);
    const meant = await findProfile(listHome(), id);
    if (meant.profile !== null) await opened.within(meant.directory, (each) => endProfile(each, environment));
    if (meant.isActive) await opened.leave();
    await dropProfile(listHome(), id);
    faults.delete(id);
    if (!meant.isActive) return await refresh();
    await enterActive();
    await openTunnel();
  }

  async function add(way: string): Promise<void> {
    const confirmed = proposals.take(way);
    if (only !== null) {
      await writeProfile(only, confirmed);
      await opened.enter(only);
      changed();
    } else {
      await addProfile(listHome(), confirmed, null);
      await enterActive();
    }
    await openTunnel();
  }

  return {
    client,
    onChange: (listener) => void listeners.push(listener),
    view: () => {
      if (only !== null && opened.from() !== null) return null;
      const shown = all.map(({ id, name, directory, profile, fault }) => ({
        id,
        name,
        gateway: profile?.gateway ?? null,
        issuer: profile === null ? null : issuerOf(profile.provider),
        isOpen: directory === opened.from(),
        isManaged: id === managedId && managed.profile !== null,
        fault: fault ?? faults.get(id) ?? null,
      }));
      return { all: shown, isSingle: only !== null, suggested: managed.gateway };
    },
    answers: {
      "profiles.propose": ({ address }) => proposals.ask(address),
      "profiles.add": ({ way }) => inTurn(async () => (await add(way), null)),
      "profiles.use": ({ id }) =>
        inTurn(async () => {
          await useProfile(listHome(), id);
          await enterActive();
          await openTunnel();
          return null;
        }),
      "profiles.rename": ({ id, name }) =>
        inTurn(async () => {
          refuseManaged(id, managed);
          await renameProfile(listHome(), id, name);
          await refresh();
          return null;
        }),
      "profiles.removal": ({ id }) => inTurn(() => removal(id)),
      "profiles.remove": ({ id }) => inTurn(async () => (await remove(id), null)),
    },
    async start() {
      if (only !== null) {
        if (existsSync(join(only, "profile.json"))) await opened.enter(only);
        return;
      }
      await placeManaged(listHome(), managed).catch((error: unknown) =>
        onFault("The managed profile was not placed", error),
      );
      await enterActive();
    },
    openTunnel,
    close: () => inTurn(() => opened.close()),
  };
}
