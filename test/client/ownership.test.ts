import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectControl } from "../../src/client/control.ts";
import { openClient, type Client } from "../../src/client/index.ts";
import { writeProfile } from "../../src/client/profile.ts";
import { startGateway, type GatewayStandIn } from "../support/gateway-stand-in.ts";
import { signInStandIn } from "../support/sign-in-stand-in.ts";

let directory: string;
let gateway: GatewayStandIn;
const clients: Client[] = [];
beforeEach(async () => {
  gateway = await startGateway();
  directory = await mkdtemp(join(tmpdir(), "countersign-owner-"));
  await writeProfile(directory, gateway.profile);
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await gateway.close();
  await rm(directory, { recursive: true, force: true });
});

async function own(folder = directory): Promise<Client> {
  const client = await openClient({
    directory: folder,
    openBrowser: () => undefined,
    createSignIn: async () => signInStandIn(),
  });
  clients.push(client);
  return client;
}

const mode = async (path: string) => (await stat(path)).mode & 0o777;

describe("owner of a profile", () => {
  it("is one: a second one is refused, and the first goes on", async () => {
    await own();
    await expect(own()).rejects.toMatchObject({ code: "profile_in_use" });
    const control = await connectControl(directory);
    expect((await control?.ask("status", {}))?.session.state).toBe("signed-out");
    control?.close();
  });

  it("is one of many that start at the same time", async () => {
    const started = await Promise.allSettled([own(), own(), own(), own()]);
    expect(started.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("is followed by another, after it ended or was killed", async () => {
    await (await own()).close();
    await own();
    await clients.pop()?.close();

    const script = fileURLToPath(new URL("owner-process.ts", import.meta.url));
    const child = spawn(process.execPath, [script, directory], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    await expect(own()).rejects.toMatchObject({ code: "profile_in_use" });
    child.kill("SIGKILL");
    await once(child, "exit");
    // The killed owner's socket is still there, and nobody listens on it.
    await access(join(directory, "control.sock"));
    expect(await connectControl(directory)).toBeNull();
    await own();
  });

  it("keeps its folder and files to itself", async () => {
    const client = await own();
    await client.openTunnel();
    await client.addClient("cursor");
    expect(await mode(directory)).toBe(0o700);
    for (const file of ["owner.lock", "control.sock", "profile.json", "tunnel.json", "clients.json"])
      expect(await mode(join(directory, file)), file).toBe(0o600);
  });

  it("lets go of a profile that did not open", async () => {
    const empty = await mkdtemp(join(tmpdir(), "countersign-empty-"));
    await expect(own(empty)).rejects.toMatchObject({ code: "configuration" });
    await writeProfile(empty, gateway.profile);
    await own(empty);
    await clients.pop()?.close();
    await rm(empty, { recursive: true });
  });

  it("finds room for its socket where the folder's path is long", async () => {
    const long = join(directory, "x".repeat(90));
    await mkdir(long);
    await writeProfile(long, gateway.profile);
    await own(long);
    const control = await connectControl(long);
    expect(await control?.ask("clients.list", {})).toEqual([]);
    control?.close();
  });
});
