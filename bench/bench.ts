import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openClient, type Client } from "../src/client/index.ts";
import { discover, writeProfile } from "../src/client/profile.ts";
import { signInAs } from "../src/demo/idp/robot.ts";
import { openWorld, type World } from "../test/support/world.ts";

/** A whole installation: gateway and targets, an engineer with an open tunnel, an approver whose feed is live. */
export interface Bench {
  readonly world: World;
  readonly engineer: Client;
  readonly approver: Client;
  /** Local address of a connection, and the client token that opens it. */
  readonly tunnel: (connection: string) => string;
  readonly clientToken: string;
  /** The engineer's own access token, for calls straight to the gateway. */
  readonly token: string;
  close(): Promise<void>;
}

export async function openBench(): Promise<Bench> {
  const world = await openWorld();
  const folder = await mkdtemp(join(tmpdir(), "countersign-bench-"));
  const person = async (id: string): Promise<Client> => {
    const directory = join(folder, id);
    const [proposal] = (await discover(world.url)).profiles;
    if (proposal === undefined) throw new Error("the gateway offers no sign-in");
    await writeProfile(directory, proposal);
    const client = await openClient({ directory, openBrowser: (url) => void signInAs(url, id).catch(() => undefined) });
    const signedIn = await client.call("session.signIn", {}, "cli");
    if (!signedIn.ok) throw new Error(signedIn.error.message);
    return client;
  };
  const [engineer, approver] = await Promise.all([person("engineer"), person("approver")]);
  await engineer.openTunnel({ port: 0 });
  const { token: clientToken } = await engineer.addClient("bench");
  const { tunnel } = engineer.state();
  if (tunnel.state !== "open") throw new Error("the tunnel is not open");
  return {
    world,
    engineer,
    approver,
    tunnel: (connection) => `http://127.0.0.1:${tunnel.port}/mcp/${connection}`,
    clientToken,
    token: await world.token("engineer"),
    async close() {
      await Promise.all([engineer.close(), approver.close()]);
      await world.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
