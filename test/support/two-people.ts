import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { openClient, type Client } from "../../src/client/index.ts";
import { discover, writeProfile } from "../../src/client/profile.ts";
import { signInAs } from "../../src/demo/idp/robot.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { launchBrowser } from "./browser.ts";
import { patienceMs } from "./eventually.ts";
import { buildConsole } from "./console/build.ts";
import type { Wire } from "./wire.ts";
import { openWorld, type World } from "./world.ts";

/** A whole gateway with an engineer and an approver, each with a console of their own in a real browser. */
export interface TwoPeople {
  readonly world: World;
  readonly engineer: Seat;
  readonly approver: Seat;
  /** The engineer calls this tool, past the tunnel, until `gone` aborts; the answer's text. */
  call(connection: string, tool: string, input: JsonObject, gone?: AbortSignal): Promise<string>;
  /** The engineer reads this resource; the answer's text. */
  read(connection: string, uri: string): Promise<string>;
  /** One more person with a console of their own, on a machine whose clock is so much ahead: `tess` is an approver as well. */
  seat(person: string, aheadMs?: number): Promise<Seat>;
  close(): Promise<void>;
}

export interface Seat {
  /** The profile that the client owns. */
  readonly directory: string;
  readonly client: Client;
  readonly page: Page;
}

/** `wire`: what all of them reach the gateway through; it ends with them. */
export async function openTwoPeople(rules: JsonObject[], wire?: Wire): Promise<TwoPeople> {
  const closers: (() => Promise<void>)[] = [];
  const config = wire === undefined ? {} : { publicUrl: wire.url };
  const [world, built, browser] = await Promise.all([openWorld({ rules, config }), buildConsole(), launchBrowser()]);
  wire?.lead(world.url);
  const origin = wire?.url ?? world.url;
  closers.push(
    () => world.close(),
    () => built.remove(),
    () => browser.close(),
  );
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  if (wire !== undefined) closers.push(() => wire.close());
  const seatOf = (person: string, aheadMs = 0) => seat(origin, person, aheadMs, built.folder, browser, closers);
  const seats = ["engineer", "approver"].map((person) => seatOf(person));
  await Promise.allSettled(seats);
  const [engineer, approver] = await Promise.all(seats).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  if (engineer === undefined || approver === undefined) throw new Error("two people are two");
  const token = await world.token("engineer");
  let calls = 0;
  const ask = (connection: string, method: string, params: JsonObject, name: string, gone?: AbortSignal) =>
    askMcp(`${origin}/mcp/${connection}`, { token, id: (calls += 1), gone, name }, method, params);
  return {
    world,
    engineer,
    approver,
    // A test that fails leaves its call behind: the end of the gateway is then its answer.
    call: (connection, name, input, gone) =>
      ask(connection, "tools/call", { name, arguments: input }, name, gone).catch(String),
    read: (connection, uri) => ask(connection, "resources/read", { uri }, uri).catch(String),
    seat: seatOf,
    close,
  };
}

async function seat(
  origin: string,
  person: string,
  aheadMs: number,
  pages: string,
  browser: Browser,
  closers: (() => Promise<void>)[],
): Promise<Seat> {
  const directory = await mkdtemp(join(tmpdir(), "countersign-seat-"));
  closers.push(() => rm(directory, { recursive: true, force: true }));
  const [profile] = (await discover(origin)).profiles;
  if (profile === undefined) throw new Error("the gateway offers no sign-in");
  await writeProfile(directory, profile);
  const openBrowser = (url: string): Promise<void> => signInAs(url, person, {}).then(() => undefined);
  const client = await openClient({ directory, openBrowser, deviceName: person, now: () => Date.now() + aheadMs });
  closers.push(() => client.close());
  const signedIn = await client.call("session.signIn", {}, "window");
  if (!signedIn.ok) throw new Error(signedIn.error.message);
  await client.serveConsole(pages);
  const context = await browser.newContext({ viewport: { width: 1180, height: 760 } });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  if (aheadMs !== 0) await page.clock.install({ time: Date.now() + aheadMs });
  await page.goto(client.consoleLink());
  await page.getByText("Connected", { exact: true }).waitFor();
  return { directory, client, page };
}

interface Asking {
  readonly token: string;
  readonly id: number;
  readonly gone: AbortSignal | undefined;
  /** As `Mcp-Name` has it. */
  readonly name: string;
}

async function askMcp(url: string, { token, id, gone, name }: Asking, method: string, params: JsonObject) {
  const response = await fetch(url, {
    method: "POST",
    signal: gone ?? null,
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      "mcp-name": name,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id,
      method,
      params: {
        ...params,
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    }),
  });
  return response.text();
}
