import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { collectAtOnce } from "../client/collecting.ts";
import { openClient, type Client } from "../client/index.ts";
import { placesIn } from "../client/setup/machine.ts";
import { openVault } from "../client/vault/open.ts";
import type { ConsoleState } from "../shared/console.ts";
import { CountersignError } from "../shared/errors.ts";
import { giveBackMemory, optimiseLater } from "./footprint.ts";
import { launcherOf } from "./launcher.ts";
import { sessionNews, signInNews } from "./session-text.ts";
import { profileDirectory } from "./profile-directory.ts";
import { untilStopped } from "./signals.ts";
import { table, type Terminal } from "./terminal.ts";
import { asService, signInPatiently } from "./unattended.ts";

export interface OwnerOptions {
  readonly profile: string;
  /** A PEM file with one more authority to trust. */
  readonly ca: string | undefined;
  /** Whether to sign in with a code, in a browser on any machine. */
  readonly byCode?: boolean;
  /** A file of credentials: the owner signs in as that service. */
  readonly service?: string | undefined;
  /** The tunnel's port, 0 for any; without it the remembered one. */
  readonly port?: number | undefined;
  /** Whether to serve the console for a browser as well. */
  readonly console: boolean;
  readonly terminal: Terminal;
}

/** How long the first list of connections is waited for; without it the addresses follow from `connections`. */
const firstStateMs = 15_000;

/** Becomes the owner of the profile: signs in where nobody is, opens the tunnel, and stays until it is asked to end. */
export async function ownUntilStopped(options: OwnerOptions): Promise<void> {
  const { profile, ca, console, port, terminal } = options;
  optimiseLater();
  collectAtOnce();
  const stopped = untilStopped();
  const client = await openClient({
    directory: profile,
    // Opens nothing by itself (rule 9): the person may sit at another machine.
    launcher: launcherOf(profile),
    openBrowser: (url) => terminal.note(`Open this address to sign in: ${url}`),
    ...(ca === undefined ? {} : { ca: await readFile(ca, "utf8") }),
    // A service's credentials stand in a file already: it signs in by them at each start.
    ...(options.service === undefined ? await openVault(profile) : await asService(options.service)),
  });
  const end = new AbortController();
  try {
    const ready = start(client, options, end.signal);
    // Whoever gives up while the browser is open must not wait for the sign-in's own time-out.
    const stay = await Promise.race([ready.then(() => true), stopped.then(() => false)]);
    ready.catch(() => undefined);
    if (!stay) return;
    tell(client, profile, console, terminal);
    followSession(client, terminal);
    if (port !== undefined) for (const line of await strandedLines(client, profile)) terminal.note(line);
    await giveBackMemory();
    await stopped;
  } finally {
    end.abort();
    await client.close();
  }
}

function followSession(client: Client, terminal: Terminal): void {
  let before = client.state();
  client.onState((state) => {
    const news = [sessionNews(before.session, state.session), signInNews(before.signInAsked, state.signInAsked)];
    before = state;
    for (const each of news) if (each !== null) terminal.note(each);
  });
}

async function start(client: Client, options: OwnerOptions, ended: AbortSignal): Promise<void> {
  const { console, port, terminal } = options;
  if (client.state().session.state !== "signed-in") {
    if (options.service === undefined) await signIn(client, options);
    else await signInPatiently(client, terminal, ended);
  }
  await client.openTunnel(port === undefined ? {} : { port });
  if (console) await client.serveConsole(pages());
  await firstState(client);
}

async function signIn(client: Client, { byCode, terminal }: OwnerOptions): Promise<void> {
  const stop = client.onState(({ session }) => {
    if (session.state === "signing-in" && session.code !== undefined)
      terminal.note(`On any machine open ${session.url ?? ""} and enter the code ${session.code}`);
  });
  const call = byCode === true ? "session.signInByCode" : "session.signIn";
  const result = await client.call(call, {}, "cli").finally(stop);
  if (!result.ok) throw new CountersignError(result.error.code, result.error.message);
}

/** Resolves when the gateway has told what this person may reach, or when that takes too long. */
async function firstState(client: Client): Promise<void> {
  if (known(client.state())) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, firstStateMs);
    const stop = client.onState((state) => {
      if (known(state)) done();
    });
    function done(): void {
      clearTimeout(timer);
      stop();
      resolve();
    }
  });
}

function known({ gateway, connections }: ConsoleState): boolean {
  return gateway.link === "online" && connections.length > 0;
}

function tell(client: Client, profile: string, console: boolean, terminal: Terminal): void {
  const { gateway, session, tunnel, connections } = client.state();
  const link = console ? client.consoleLink() : null;
  const account = session.state === "signed-in" ? session.account : null;
  terminal.answer({ gateway: gateway.origin, account, tunnel, console: link, connections }, [
    `Signed in to ${gateway.origin} as ${account?.name ?? "nobody"}.`,
    ...reachable(connections, profile),
    ...(link === null ? [] : [`Console (good once, for 60 seconds): ${link}`]),
    "The tunnel stays open until Ctrl-C.",
  ]);
}

/** What this person may reach, and how a client gets in there; whoever only approves needs no client. `profile` is where the session lies. */
export function reachable(connections: ConsoleState["connections"], profile: string): readonly string[] {
  if (connections.length === 0) return ["No connection of this gateway is open to you."];
  return [
    ...table(
      ["connection", "local address"],
      connections.map(({ name, url }) => [name, url ?? ""]),
    ),
    `An MCP client gets its token from: countersign clients add NAME${at(profile)}`,
  ];
}

/** What is to be done for the clients that were set up for another port. */
async function strandedLines(client: Client, profile: string): Promise<readonly string[]> {
  const views = await client.setup.list({ environment: placesIn(process.env), launcher: null });
  const drifted = views.filter(({ state }) => state === "drifted").map(({ name }) => name);
  if (drifted.length === 0) return [];
  return [
    `Set up for another port or token: ${drifted.join(", ")}. Mend that by: countersign setup --repair${at(profile)}`,
  ];
}

const at = (profile: string): string =>
  profile === profileDirectory(undefined) ? "" : ` --profile ${quoted(profile)}`;

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./:\\-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** The built console beside this program: `dist/renderer`, seen from dist/cli or from src/cli. */
function pages(): string {
  const places = ["../renderer", "../../dist/renderer"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const built = places.find((place) => existsSync(`${place}/index.html`) && !place.endsWith("src/renderer"));
  if (built !== undefined) return built;
  throw new CountersignError("not_found", "The console's pages are not built: npm run build:renderer");
}
