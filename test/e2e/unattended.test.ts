import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openClient, type Client } from "../../src/client/index.ts";
import { discover, writeProfile } from "../../src/client/profile.ts";
import { createSignIn } from "../../src/client/sign-in/sign-in.ts";
import { memoryVault, type Vault } from "../../src/client/vault/vault.ts";
import { enterCodeAs, signInAs } from "../../src/demo/idp/robot.ts";
import { shell, startShell, type Running } from "../cli/shell.ts";
import { descendants, onLinux } from "../support/descendants.ts";
import { eventually } from "../support/eventually.ts";
import { openWorld, type World } from "../support/world.ts";

/** A tunnel that nobody sits before, beside a person's, at one gateway; and what of both is found where it must not be. */
let world: World;
let folder: string;
let tunnel: Running;
let person: Client;
const kept = new Map<string, string>();
/** All that a console was ever sent. */
const shown: string[] = [];
/** Values that exist in this test alone: whoever finds one of them elsewhere has found a leak. */
const canaries = new Map<string, string>();

const given = randomBytes(24).toString("hex");
const echo = { name: "robots-echo", tools: ["echo"], when: "principal.kind == 'service'", effect: "allow" };
const sums = { name: "people-sum", tools: ["get-sum"], when: "principal.kind == 'user'", effect: "allow" };

beforeAll(async () => {
  // What this process was given, as a gateway is given its secrets: nobody else has a use for it.
  canaries.set("a secret of the environment", given);
  vi.stubEnv("COUNTERSIGN_TEST_SECRET", given);
  world = await openWorld({ rules: [echo, sums] });
  folder = await mkdtemp(join(tmpdir(), "countersign-unattended-"));
  const { clientId, secret } = world.idp.services.bySecret;
  canaries.set("the service's secret", secret);
  await writeFile(join(folder, "secret"), secret, { mode: 0o600 });
  await writeFile(join(folder, "service.json"), JSON.stringify({ kind: "secret", clientId, secret: "file:secret" }));
  const pinned = ["--gateway", world.url, "--yes", "--issuer", world.idp.oidc.issuer];
  const service = ["--service", join(folder, "service.json"), "--port", "0", "--profile", join(folder, "robot")];
  // A machine that has just started has no network yet.
  world.idp.oidc.switches.failure = "dropped";
  vi.stubEnv("NODE_OPTIONS", `--report-on-signal --report-directory=${folder} --report-filename=report.json`);
  tunnel = startShell("connect", ...pinned, ...service);
  vi.stubEnv("NODE_OPTIONS", undefined);
  person = await openPerson(join(folder, "erin"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  tunnel.child.kill("SIGTERM");
  await tunnel.ended();
  await person.close();
  await world.close();
  await rm(folder, { recursive: true });
});

async function openPerson(directory: string): Promise<Client> {
  const { profiles } = await discover(world.url);
  const profile = profiles.find(({ provider }) => provider.kind === "oidc");
  if (profile === undefined) throw new Error("no way to sign in");
  await writeProfile(directory, profile);
  const vault = watched(memoryVault());
  const client = await openClient({
    directory,
    vault,
    openBrowser: (url) => void signInAs(url, "engineer").catch(() => undefined),
    createSignIn: async (provider, options) => {
      const signIn = await createSignIn(provider, options);
      return {
        ...signIn,
        signIn: async (how) => noted(await signIn.signIn(how)),
        token: async (how) => noted(await signIn.token(how)),
        signOut: () => signIn.signOut(),
        close: () => signIn.close(),
      };
    },
  });
  client.onState((state) => shown.push(JSON.stringify(state)));
  return client;
}

function noted<T extends { readonly accessToken: string }>(tokens: T): T {
  canaries.set(`an access token ending in ${tokens.accessToken.slice(-6)}`, tokens.accessToken);
  return tokens;
}

function watched(vault: Vault): Vault {
  return { ...vault, set: async (key, value) => (kept.set(key, value), await vault.set(key, value)) };
}

describe("an unattended tunnel", () => {
  it("signs in as its service, without a browser, and says where it is reached", async () => {
    await tunnel.says(/could not be reached.*tried again by itself/);
    world.idp.oidc.switches.failure = "none";
    await tunnel.says(/The tunnel stays open/);
    expect(tunnel.stdout()).toContain(`as ${world.idp.services.bySecret.clientId}`);
    expect(tunnel.stdout() + tunnel.stderr()).not.toContain("sign in:");
  });

  it("may do what rules let services do, and not what they let people do", async () => {
    const robot = ["--profile", join(folder, "robot")];
    const said = await shell("call", "everything", "echo", '{"message":"beep"}', ...robot);
    expect(said).toMatchObject({ status: 0, stdout: expect.stringContaining("beep") });
    expect(await shell("call", "everything", "get-sum", '{"a":1,"b":2}', ...robot)).toMatchObject({ status: 1 });
  });

  it("has no device, and decides nothing", async () => {
    const { stdout } = await shell("status", "--json", "--profile", join(folder, "robot"));
    expect(JSON.parse(stdout)).toMatchObject({
      session: { state: "signed-in", account: { kind: "service" }, device: null },
    });
  });
});

describe("a host without a browser", () => {
  it("signs its person in with a code that is entered elsewhere", async () => {
    const pinned = ["--gateway", world.url, "--yes", "--issuer", world.idp.oidc.issuer];
    const host = startShell("sign-in", "--device-code", ...pinned, "--profile", join(folder, "host"));
    const [, url = "", code = ""] = await host.says(/open (\S+) and enter the code (\S+)/);
    expect(url).toContain(code);
    await enterCodeAs(url, "engineer");
    await host.says(/Signed in to \S+ as Erin Engineer/);
    host.child.kill("SIGTERM");
    await host.ended();
  });
});

describe("a host with a key for its vault", () => {
  it("asks for a sign-in once, however often it starts", async () => {
    const key = randomBytes(32).toString("base64");
    canaries.set("the vault's key", key);
    const profile = ["--profile", join(folder, "sealed")];
    const start = (...args: readonly string[]): Running => {
      vi.stubEnv("COUNTERSIGN_VAULT_KEY", key);
      const started = startShell("connect", "--port", "0", ...profile, ...args);
      vi.stubEnv("COUNTERSIGN_VAULT_KEY", undefined);
      return started;
    };
    const first = start("--gateway", world.url, "--yes", "--issuer", world.idp.oidc.issuer);
    const [, url = ""] = await first.says(/sign in: (http\S+)/);
    await signInAs(url, "engineer");
    await first.says(/Signed in to \S+ as Erin Engineer/);
    first.child.kill("SIGTERM");
    await first.ended();
    const second = start();
    await second.says(/Signed in to \S+ as Erin Engineer/);
    expect(second.stdout() + second.stderr()).not.toContain("sign in:");
    expect((await shell("call", "everything", "get-sum", '{"a":1,"b":2}', ...profile)).stdout).toContain("3");
    expect((await shell("status", ...profile)).stdout).toContain("sealed by the key in COUNTERSIGN_VAULT_KEY");
    expect(await shell("sign-out", ...profile)).toMatchObject({ status: 0 });
    second.child.kill("SIGTERM");
    await second.ended();
    const third = start();
    await third.says(/sign in: http\S+/);
    third.child.kill("SIGTERM");
    await third.ended();
  });
});

describe("tokens, keys and secrets", () => {
  it("are in no log, file, console or argument after a day's work", async () => {
    const signedIn = await person.call("session.signIn", {}, "window");
    expect(signedIn).toMatchObject({ ok: true });
    const { token } = await person.addClient("cursor");
    canaries.set("a client's token", token);
    await person.openTunnel({ port: 0 });
    await person.call("gateway.retry", {}, "window");
    // One that its gateway refuses is the likeliest to end in a log.
    const refused = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJjYW5hcnkifQ.Y2FuYXJ5LXNpZ25hdHVyZQ";
    canaries.set("a token that was refused", refused);
    await fetch(`${world.url}/v1/me`, { headers: { authorization: `Bearer ${refused}` } });
    const stored = JSON.parse(kept.get("sign-in.oidc") ?? "{}") as { readonly refreshToken?: string };
    canaries.set("the refresh token", stored.refreshToken ?? "");
    const device = [...kept].find(([key]) => key.includes("device"))?.[1] ?? "";
    canaries.set("the device's key", /"d":"([\w-]+)"/.exec(device)?.[1] ?? "");
    const left = await person.call("session.signOut", {}, "window");
    expect(left).toMatchObject({ ok: true, value: { gateway: "ended", provider: "revoked", kept: false } });

    const targets = descendants(process.pid).filter(({ args }) => args.includes("server-everything"));
    const places: [string, string][] = [
      ["the consoles' state", shown.join("\n")],
      ["the gateway's log", JSON.stringify(world.log)],
      ["the terminal", tunnel.stdout() + tunnel.stderr()],
      ["the tunnel's arguments", argumentsOf(tunnel)],
      ["the tunnel's diagnostic report", await reportOf(tunnel)],
      ...descendants(process.pid).map((each): [string, string] => [`the arguments of process ${each.pid}`, each.args]),
      ...targets.map((each): [string, string] => [`the environment of ${each.args}`, each.environment]),
      ...filesIn(world.data),
      ...filesIn(join(folder, "robot")),
      ...filesIn(join(folder, "erin")),
      ...filesIn(join(folder, "sealed")),
    ];
    expect(places.length).toBeGreaterThan(8);
    // What was called is a server over stdio, which runs, and whose environment could be read.
    if (onLinux) expect(targets[0]?.environment).toContain("PATH=");
    for (const [what, canary] of canaries) expect(canary.length, what).toBeGreaterThan(20);
    const found = places.flatMap(([place, text]) =>
      [...canaries].filter(([, canary]) => text.includes(canary)).map(([what]) => `${what} in ${place}`),
    );
    expect(found).toEqual([]);
    // What is a token without being one of these: none of them has been signed or sealed by anybody here.
    const jwt = /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/;
    expect(places.filter(([, text]) => jwt.test(text)).map(([place]) => place)).toEqual([]);
  });
});

/** What Node says of the tunnel's process to whoever asks: its stack, handles and, unless it is told not to, its environment. */
async function reportOf({ child }: Running): Promise<string> {
  if (process.platform === "win32") return "";
  const path = join(folder, "report.json");
  child.kill("SIGUSR2");
  const report = await eventually(() => {
    if (!existsSync(path)) throw new Error("no report yet");
    return JSON.parse(readFileSync(path, "utf8")) as { readonly javascriptStack?: object };
  });
  expect(report).toHaveProperty("javascriptStack");
  expect(report).not.toHaveProperty("environmentVariables");
  return JSON.stringify(report);
}

/** What every process of the machine may read of another; elsewhere than on Linux, what it was started with. */
function argumentsOf({ child }: Running): string {
  if (process.platform !== "linux") return child.spawnargs.join(" ");
  return readFileSync(`/proc/${child.pid ?? 0}/cmdline`, "latin1");
}

/** Every file below a folder, as text in which each byte is a letter. */
function filesIn(directory: string): [string, string][] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => [path, readFileSync(path, "latin1")]);
}
