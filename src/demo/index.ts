/** The demo: everything on one machine, with nothing to configure. This file is its table of contents. */
import { rm, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Client } from "../client/index.ts";
import { CountersignError } from "../shared/errors.ts";
import { consoleLines, guide, type Announcement, type ConsoleLinks } from "./announcement.ts";
import { startChild } from "./child.ts";
import { makeFolder, type DemoFolder } from "./folder.ts";
import { freePort } from "./free-port.ts";
import { startGateway } from "./gateway-process.ts";
import { gatewayYaml } from "./gateway-yaml.ts";
import { startIdentityProvider } from "./idp/index.ts";
import { Lifetime } from "./lifetime.ts";
import { readOptions, usage, type DemoOptions } from "./options.ts";
import { openPerson, until } from "./person.ts";
import { consolePages } from "./renderer.ts";
import { startTrayApp, trayAppBinary } from "./tray-app.ts";

const lifetime = new Lifetime();
lifetime.watch();
try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(`${usage}\n`);
  else await run(options);
} catch (error) {
  if (!lifetime.ending) {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
    await lifetime.end(error instanceof CountersignError && error.code === "usage" ? 2 : 1);
  }
}

async function run(options: DemoOptions): Promise<void> {
  // The console is built and three processes start: without a word that looks like nothing.
  if (!options.json) process.stderr.write("demo: it starts, which takes some seconds …\n");
  // Built while the rest starts; whether it failed is asked when it is needed.
  const pages = consolePages();
  pages.catch(() => undefined);
  const folder = await makeFolder();
  // The first to be added is the last to end: nothing writes there any more.
  lifetime.add(() => leave(folder, options));

  const { gateway, ca } = await startServers(options, folder);
  const electron = options.headless || options.json ? null : await trayAppBinary();
  const engineer = await openPerson(
    { id: "engineer", directory: folder.profiles.engineer, gateway, ca, robot: true },
    lifetime,
  );
  const told = await openTunnel(engineer, gateway, folder);
  await engineer.serveConsole(await pages);
  if (electron !== null) {
    await startTrayApp(electron, folder.profiles.approver, gateway, lifetime);
    explain(options, told, folder, () => ({ approver: null, engineer: engineer.consoleLink() }));
    return;
  }
  const approver = await openPerson(
    { id: "approver", directory: folder.profiles.approver, gateway, ca, robot: options.json },
    lifetime,
  );
  await approver.serveConsole(await pages);
  if (options.json) announce(told, approver.consoleLink());
  else explain(options, told, folder, () => ({ approver: approver.consoleLink(), engineer: engineer.consoleLink() }));
}

/** Nothing of a demo outlives it unasked; after a failure its gateway's log is what tells why. */
async function leave({ root }: DemoFolder, { keep }: DemoOptions): Promise<void> {
  if (keep || process.exitCode !== 0) process.stderr.write(`demo: its folder stays at ${root}\n`);
  else await rm(root, { recursive: true, force: true, maxRetries: 2 });
}

/** Sign-in provider, customers, gateway.yaml, gateway. */
async function startServers(options: DemoOptions, folder: DemoFolder) {
  const provider = await startIdentityProvider();
  lifetime.add(() => provider.close());
  await writeFile(folder.authority, provider.ca);
  const customers = await startChild(lifetime, [fileURLToPath(new URL("customers/index.ts", import.meta.url))], {
    first: z.object({ port: z.number() }),
    stderr: "inherit",
  });
  const port = await freePort();
  const issuer = provider[options.idp];
  const customersUrl = `http://127.0.0.1:${customers.first.port}/mcp`;
  await writeFile(folder.config, await gatewayYaml(folder, { port, issuer, customersUrl }), { mode: 0o600 });
  await startGateway(folder, lifetime);
  return { gateway: `http://127.0.0.1:${port}`, ca: options.idp === "oidc" ? undefined : provider.ca };
}

async function openTunnel(
  engineer: Client,
  gateway: string,
  folder: DemoFolder,
): Promise<Omit<Announcement, "console">> {
  await engineer.openTunnel();
  const { tunnel, connections } = await until(engineer, (state) => state.connections.length > 0);
  const { name, token } = await engineer.addClient("demo");
  return {
    gateway,
    tunnel: tunnel.state === "open" ? `http://127.0.0.1:${tunnel.port}` : "",
    connections: connections.map(({ name, url }) => ({ name, url: url ?? "" })),
    clients: [{ name, token }],
    profiles: folder.profiles,
    data: folder.data,
  };
}

/** The one line for scripts. The engineer's console has its link from `countersign console`, as any profile's. */
function announce({ gateway, tunnel, ...rest }: Omit<Announcement, "console">, link: string): void {
  const announcement: Announcement = { gateway, tunnel, console: link, ...rest };
  process.stdout.write(`${JSON.stringify(announcement)}\n`);
}

/** The same for people: what to try, and new links to the consoles after each Enter. */
function explain(
  options: DemoOptions,
  told: Omit<Announcement, "console">,
  folder: DemoFolder,
  links: () => ConsoleLinks,
): void {
  const hasTerminal = process.stdin.isTTY;
  process.stdout.write(guide(told, folder, links(), { keep: options.keep, hasTerminal }));
  if (!hasTerminal) return;
  createInterface({ input: process.stdin }).on("line", () => process.stdout.write(`${consoleLines(links(), true)}\n`));
}
