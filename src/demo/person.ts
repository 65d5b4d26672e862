import { openClient, type Client } from "../client/index.ts";
import { discover, writeProfile } from "../client/profile.ts";
import type { ConsoleState } from "../shared/console.ts";
import { CountersignError } from "../shared/errors.ts";
import { signInAs } from "./idp/robot.ts";
import type { Lifetime } from "./lifetime.ts";

export interface PersonOptions {
  readonly id: "engineer" | "approver";
  /** The profile's folder; this process becomes its owner. */
  readonly directory: string;
  readonly gateway: string;
  /** PEM of the sign-in provider's authority, where it speaks TLS. */
  readonly ca: string | undefined;
  /** Whether a robot goes through the browser part of a sign-in, or the person does it in the console. */
  readonly robot: boolean;
}

/** A person of the demo: their profile confirmed, this process its owner, signed in where a robot does that. */
export async function openPerson(options: PersonOptions, lifetime: Lifetime): Promise<Client> {
  const { id, directory, gateway, robot } = options;
  const ca = options.ca === undefined ? {} : { ca: options.ca };
  const [proposal] = (await discover(gateway)).profiles;
  if (proposal === undefined)
    throw new CountersignError("misconfigured", "The demo's gateway offers no way to sign in.");
  await writeProfile(directory, proposal);
  const openBrowser = async (url: string): Promise<void> => {
    if (robot) await signInAs(url, id, ca);
  };
  const client = await openClient({ directory, openBrowser, deviceName: `demo ${id}`, ...ca });
  lifetime.add(() => client.close());
  if (robot) await signIn(client);
  return client;
}

async function signIn(client: Client): Promise<void> {
  const result = await client.call("session.signIn", {}, "cli");
  if (!result.ok) throw new CountersignError(result.error.code, result.error.message);
  await until(client, ({ gateway }) => gateway.link === "online");
}

const patienceMs = 60_000;

/** The first state of the client that is as wanted. Throws `timed_out`. */
export async function until(client: Client, wanted: (state: ConsoleState) => boolean): Promise<ConsoleState> {
  const present = client.state();
  if (wanted(present)) return present;
  return await new Promise((resolve, reject) => {
    const stop = client.onState((state) => {
      if (!wanted(state)) return;
      clearTimeout(timer);
      stop();
      resolve(state);
    });
    const timer = setTimeout(() => {
      stop();
      reject(new CountersignError("timed_out", `The demo's client is still not ready: ${describe(client.state())}.`));
    }, patienceMs);
  });
}

function describe({ gateway, session, tunnel }: ConsoleState): string {
  return `gateway ${gateway.link}, session ${session.state}, tunnel ${tunnel.state}`;
}
