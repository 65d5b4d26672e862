import { openClient } from "../client/index.ts";
import { profilesHome } from "../client/profiles/home.ts";
import {
  addProfile,
  dropProfile,
  findProfile,
  listProfiles,
  refuseTakenAudience,
  renameProfile,
  useProfile,
  type ListedProfile,
} from "../client/profiles/list.ts";
import {
  managedPolicy,
  managedPolicyFile,
  placeManaged,
  refuseManaged,
  type ManagedPolicy,
} from "../client/profiles/managed.ts";
import { endProfile, entriesOf } from "../client/profiles/removal.ts";
import { placesIn } from "../client/setup/machine.ts";
import { openVault } from "../client/vault/open.ts";
import { CountersignError, toFailure } from "../shared/errors.ts";
import { issuerOf } from "../shared/provider.ts";
import { command, positional } from "./command.ts";
import { ownerOf } from "./owner.ts";
import { confirmedWay, proposed } from "./pin.ts";
import { listed, type Terminal } from "./terminal.ts";

const help = `Usage: countersign profiles list [--json]
       countersign profiles add URL [--name NAME] [--issuer URL] [--yes] [--ca FILE]
       countersign profiles use NAME
       countersign profiles rename NAME NEW
       countersign profiles remove NAME [--yes]

The gateways and accounts of this person, side by side, each a profile with its own session, tunnel port and MCP clients.
Commands without --profile use the active one; --profile takes a profile's name as well as a folder. Several may run at
once, each in a process of its own. add reads from the gateway how to sign in, shows it, and pins it once you confirm it;
nothing changes a pin later. remove takes its entries out of MCP clients' settings, ends its session and deletes what it
keeps, after it has shown what goes.`;

const options = {
  name: { type: "string" },
  issuer: { type: "string" },
  yes: { type: "boolean" },
  ca: { type: "string" },
} as const;

interface Wish {
  readonly name?: string;
  readonly issuer?: string;
  readonly yes?: boolean;
  readonly ca?: string;
}

type Removing = Wish & { readonly policy: ManagedPolicy };

export const profiles = command(help, options, async ({ values, positionals, terminal }) => {
  const home = profilesHome();
  const policy = managedPolicy(managedPolicyFile(), (why) => terminal.note(why));
  await placeManaged(home, policy).catch((error: unknown) => terminal.note(toFailure(error).message));
  const [verb, ...rest] = positionals;
  switch (verb) {
    case "list":
      positional(rest, []);
      return await list(home, terminal);
    case "add":
      return await add(home, positional(rest, ["URL"])[0], values, terminal);
    case "use":
      return told(await useProfile(home, positional(rest, ["NAME"])[0]), "is active now", terminal);
    case "rename": {
      const [wanted, name] = positional(rest, ["NAME", "NEW"]);
      refuseManaged((await findProfile(home, wanted)).id, policy);
      return told(await renameProfile(home, wanted, name), `is what ${wanted} is called now`, terminal);
    }
    case "remove":
      return await remove(home, positional(rest, ["NAME"])[0], { ...values, policy }, terminal);
    default:
      throw new CountersignError("usage", "profiles needs list, add, use, rename or remove; --help shows the usage.");
  }
});

async function list(home: string, terminal: Terminal): Promise<void> {
  const all = await Promise.all(
    (await listProfiles(home)).map(async (each) => ({ ...each, isRunning: await isRunning(each) })),
  );
  const rows = all.map(({ name, profile, fault, isActive, isRunning: runs }) => [
    isActive ? `* ${name}` : `  ${name}`,
    profile?.gateway ?? fault ?? "",
    profile === null ? "" : issuerOf(profile.provider),
    runs ? "runs" : "",
  ]);
  terminal.answer(
    all.map(({ id, name, directory, profile, fault, isActive, isRunning: running }) => ({
      id,
      name,
      directory,
      gateway: profile?.gateway ?? null,
      signIn: profile === null ? null : issuerOf(profile.provider),
      fault,
      active: isActive,
      running,
    })),
    listed("No profile yet: countersign profiles add URL", ["  profile", "gateway", "sign-in at", ""], rows),
  );
}

async function isRunning({ directory }: ListedProfile): Promise<boolean> {
  const owner = await ownerOf(directory).catch(() => null);
  owner?.close();
  return owner !== null;
}

async function add(home: string, url: string, wish: Wish, terminal: Terminal): Promise<void> {
  const way = await proposed(url, "URL", wish);
  refuseTakenAudience(way, await listProfiles(home));
  const confirmed = await confirmedWay(way, wish.yes ?? false, "Trust this gateway, and add it?", terminal);
  told(await addProfile(home, confirmed, wish.name ?? null), "is added, and active: countersign sign-in", terminal);
}

async function remove(home: string, wanted: string, wish: Removing, terminal: Terminal): Promise<void> {
  const { yes = false, policy } = wish;
  const meant = await findProfile(home, wanted);
  refuseManaged(meant.id, policy);
  if (await isRunning(meant))
    throw new CountersignError("profile_in_use", `A process owns ${meant.name}: end it, then remove the profile.`);
  const client =
    meant.profile === null
      ? null
      : await openClient({
          directory: meant.directory,
          openBrowser: () => undefined,
          ...(await openVault(meant.directory)),
        });
  try {
    const environment = placesIn(process.env);
    const entries = client === null ? [] : await entriesOf(client, environment);
    terminal.note(`Gateway  ${meant.profile?.gateway ?? meant.fault ?? ""}`);
    for (const { name, file } of entries) terminal.note(`Entries  of ${name}, in ${file}`);
    terminal.note(`Folder   ${meant.directory}, with its session, device key and clients' tokens`);
    const agreed = yes || (await terminal.confirm("Remove all of that?"));
    if (agreed === null)
      throw new CountersignError("usage", "Nobody is here to confirm: look at what goes, then add --yes.");
    if (!agreed) throw new CountersignError("cancelled", "Nothing was removed.");
    if (client !== null) await endProfile(client, environment);
  } finally {
    await client?.close();
  }
  await dropProfile(home, meant.id);
  terminal.answer({ id: meant.id, name: meant.name, removed: true }, [`${meant.name} is removed.`]);
}

function told({ id, name, profile, directory }: ListedProfile, what: string, terminal: Terminal): void {
  terminal.answer({ id, name, directory, gateway: profile?.gateway ?? null }, [`${name} ${what}.`]);
}
