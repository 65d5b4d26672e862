import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClientOptions } from "../../src/client/client-options.ts";
import { openClient, type Client } from "../../src/client/index.ts";
import { writeProfile } from "../../src/client/profile.ts";
import type { ConsoleState } from "../../src/shared/console.ts";
import { startGateway, type GatewayStandIn } from "../support/gateway-stand-in.ts";
import { signInStandIn, type SignInStandIn } from "../support/sign-in-stand-in.ts";

/** A client with its own profile folder, gateway and sign-in, and what ends them all. */
export interface Workbench {
  readonly directory: string;
  readonly gateway: GatewayStandIn;
  readonly signIn: SignInStandIn;
  readonly client: Client;
  readonly opened: string[];
  close(): Promise<void>;
}

export async function openWorkbench(options: Partial<ClientOptions> = {}): Promise<Workbench> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), "countersign-client-")));
  const gateway = await startGateway();
  const signIn = signInStandIn();
  const opened: string[] = [];
  await writeProfile(directory, gateway.profile);
  const client = await openClient({
    directory,
    openBrowser: (url) => void opened.push(url),
    createSignIn: async () => signIn,
    deviceName: "test device",
    ...options,
  });
  return {
    directory,
    gateway,
    signIn,
    client,
    opened,
    async close() {
      await client.close();
      await gateway.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export async function signedIn(options: Partial<ClientOptions> = {}): Promise<Workbench> {
  const bench = await openWorkbench(options);
  const result = await bench.client.call("session.signIn", {}, "window");
  if (!result.ok) throw new Error(result.error.message);
  await until(bench.client, (state) => state.gateway.link === "online" && state.connections.length > 0);
  return bench;
}

/** Resolves with the first state, from now on, that is so. */
export function until(client: Client, isSo: (state: ConsoleState) => boolean): Promise<ConsoleState> {
  const now = client.state();
  if (isSo(now)) return Promise.resolve(now);
  return new Promise((resolve) => {
    const stop = client.onState((state) => {
      if (!isSo(state)) return;
      stop();
      resolve(state);
    });
  });
}
