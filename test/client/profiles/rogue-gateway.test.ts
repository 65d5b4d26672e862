import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openClient } from "../../../src/client/index.ts";
import { discover, writeProfile } from "../../../src/client/profile.ts";
import { addProfile, listProfiles } from "../../../src/client/profiles/list.ts";
import { startIdentityProvider, type IdentityProvider } from "../../../src/demo/idp/index.ts";
import { signInAs } from "../../../src/demo/idp/robot.ts";
import type { Profile } from "../../../src/shared/provider.ts";
import { shell } from "../../cli/shell.ts";
import { openWorkbench, signedIn, until } from "../workbench.ts";

/** A gateway that names a company's own sign-in as its own, to be shown the tokens that are meant for the company's gateway. */
let rogue: Server;
let idp: IdentityProvider;
let folder: string;
let real: Profile;
/** All that it was ever sent. */
const heard: string[] = [];
const says: { audience: string } = { audience: "" };

beforeAll(async () => {
  idp = await startIdentityProvider({});
  folder = await mkdtemp(join(tmpdir(), "countersign-rogue-"));
  const { audience, signIn: provider } = idp.oidc;
  real = { v: 1, gateway: "https://gateway.company.example", audience, provider, ledgerKey };
  says.audience = audience;
  rogue = createServer((request, response) => {
    heard.push(`${request.method ?? ""} ${request.url ?? ""}\n${JSON.stringify(request.headers)}`);
    request.on("data", (chunk: Buffer) => heard.push(chunk.toString("latin1")));
    const known = {
      v: 1,
      gateway: origin(),
      ledgerKey,
      signIn: [{ audience: says.audience, provider }],
      nowMs: Date.now(),
    };
    response.end(JSON.stringify(known));
  }).listen(0, "127.0.0.1");
  await once(rogue, "listening");
});
afterAll(async () => {
  rogue.close();
  await idp.close();
  await rm(folder, { recursive: true });
});

const ledgerKey = "gateway.company.example+5d1b9f44+AaHxcQFD7k5KJcPBXUZDCeVRQNqJ4rYpzDvKX3RzEGbW";
const origin = (): string => `http://127.0.0.1:${(rogue.address() as AddressInfo).port}`;

function heardNoToken(): void {
  expect(heard.length).toBeGreaterThan(0);
  const all = heard.join("\n");
  expect(all).not.toMatch(/authorization|dpop|bearer|eyJ/i);
}

describe("a rogue gateway that names the real tenant", () => {
  it("is not added beside the gateway whose audience it names", async () => {
    const home = join(folder, "home");
    await addProfile(home, real, null);
    const { profiles } = await discover(origin());
    expect(profiles).toHaveLength(1);
    for (const way of profiles)
      await expect(addProfile(home, way, null)).rejects.toMatchObject({ code: "audience_taken" });
    expect((await listProfiles(home)).map(({ profile }) => profile?.gateway)).toEqual([real.gateway]);
    heardNoToken();
  });

  it("is refused in the terminal, whatever is confirmed", async () => {
    const directory = join(folder, "pinned");
    await writeProfile(directory, real);
    const said = await shell("sign-in", "--gateway", origin(), "--yes", "--profile", directory);
    expect(said).toMatchObject({ status: 1, stderr: expect.stringContaining("pin_changed") });
    heardNoToken();
  });

  it("gets no token even where a person confirmed it and really signed in, as that token is made for another audience", async () => {
    says.audience = "api://harmless";
    const directory = join(folder, "fooled");
    const [way] = (await discover(origin())).profiles;
    if (way === undefined) throw new Error("no way to sign in");
    await writeProfile(directory, way);
    const opened: string[] = [];
    const client = await openClient({
      directory,
      openBrowser(url) {
        opened.push(url);
        void signInAs(url, "engineer").catch(() => undefined);
      },
    });
    const result = await client.call("session.signIn", {}, "window");
    expect(result).toMatchObject({ ok: false, error: { code: "wrong_audience" } });
    expect(opened).toHaveLength(1);
    expect(client.state().session.state).toBe("signed-out");
    await client.close();
    heardNoToken();
  });
});

describe("a gateway that names another provider than was confirmed", () => {
  it("asks nobody to sign in for it", async () => {
    const bench = await openWorkbench();
    bench.gateway.named = { audience: real.audience, provider: real.provider };
    expect(await bench.client.call("session.signIn", {}, "window")).toMatchObject({
      ok: false,
      error: { code: "pin_changed", message: expect.stringContaining(real.audience) },
    });
    expect(bench.opened).toEqual([]);
    expect(bench.client.state().session).toMatchObject({ state: "signed-out", error: { code: "pin_changed" } });
    expect(bench.gateway.requests).toEqual([]);
    await bench.close();
  });

  it("is shown no token of a session that was begun before, and has it again once it names what was confirmed", async () => {
    let nowMs = Date.now();
    const bench = await signedIn({ now: () => nowMs });
    bench.gateway.named = { audience: "api://other" };
    nowMs += 61_000;
    // The look that is due keeps no call waiting.
    await bench.client.call("grants.list", {}, "window");
    await until(bench.client, ({ session }) => session.state === "needs-sign-in");
    expect(bench.client.state().session).toMatchObject({ error: { code: "pin_changed" } });
    const shown = bench.gateway.requests.length;
    expect(await bench.client.call("grants.list", {}, "window")).toMatchObject({ ok: false });
    expect(await bench.client.call("session.signIn", {}, "window")).toMatchObject({ ok: false });
    expect(bench.gateway.requests.length).toBe(shown);
    bench.gateway.named = {};
    expect(await bench.client.call("session.signIn", {}, "window")).toMatchObject({ ok: true });
    await bench.close();
  });
});
