import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keyringKey } from "../../../src/client/vault/keyring.ts";
import { openVault } from "../../../src/client/vault/open.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-vault-"));
});
afterEach(() => rm(folder, { recursive: true }));

const noKeyring = async () => ({ ok: false, why: "there is no OS keyring here, or it is locked" }) as const;

describe("where secrets are kept without a desktop app", () => {
  it("is a file sealed by the key that the environment gives, which started programs do not get", async () => {
    const key = randomBytes(32).toString("base64");
    const env = { COUNTERSIGN_VAULT_KEY: key };
    const { vault, secrets } = await openVault(folder, env, noKeyring);
    expect(secrets).toEqual({ place: "environment", why: null });
    expect(env).toEqual({});
    await vault.set("account", "kept");
    const again = await openVault(folder, { COUNTERSIGN_VAULT_KEY: key }, noKeyring);
    expect(await again.vault.get("account")).toBe("kept");
  });

  it.each(["short", "a passphrase, forty-three characters long !", Buffer.alloc(31).toString("base64")])(
    "is refused for the key %j",
    async (key) => {
      const opening = openVault(folder, { COUNTERSIGN_VAULT_KEY: key }, noKeyring);
      await expect(opening).rejects.toMatchObject({
        code: "configuration",
        message: expect.stringContaining("openssl rand -base64 32"),
      });
      await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining(key) });
    },
  );

  it("is a file sealed by the keyring's key where there is one", async () => {
    const key = randomBytes(32);
    const keyring = async () => ({ ok: true, key }) as const;
    const { vault, secrets } = await openVault(folder, {}, keyring);
    expect(secrets).toEqual({ place: "keyring", why: null });
    await vault.set("account", "kept");
    expect(await (await openVault(folder, {}, keyring)).vault.get("account")).toBe("kept");
  });

  it("is memory alone otherwise, which leaves no file and says why", async () => {
    const { vault, secrets } = await openVault(folder, {}, noKeyring);
    expect(secrets).toEqual({ place: "memory", why: "there is no OS keyring here, or it is locked" });
    await vault.set("account", "kept");
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("the OS keyring", () => {
  const bus = {
    DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere",
    SECRET: "not for the child",
    PATH: process.env["PATH"],
  };

  it("is not asked where there is no session to ask in", async () => {
    const missing = await keyringKey({ env: {}, platform: "linux", program: join(folder, "never-started") });
    expect(missing).toEqual({ ok: false, why: "there is no desktop session here" });
  });

  it("gives its key by a process that gets nothing of this one's environment but the way to the session", async () => {
    const source = `
      if (process.env.SECRET !== undefined) throw new Error("it was handed on");
      process.stdout.write(Buffer.alloc(32, 7).toString("base64"));`;
    const answer = await keyringKey({ env: bus, platform: "linux", program: await program(source) });
    expect(answer).toEqual({ ok: true, key: Buffer.alloc(32, 7) });
  });

  it.each([
    ["fails", "process.exit(1)"],
    ["says something else", "process.stdout.write('no key')"],
    ["is not installed", "import 'no-such-package-here'"],
  ])("counts as none where it %s", async (_what, source) => {
    const answer = await keyringKey({ env: bus, platform: "linux", program: await program(source) });
    expect(answer).toEqual({ ok: false, why: "there is no OS keyring here, or it is locked" });
  });

  it("is waited for no longer than was said, while it asks somebody to unlock it", async () => {
    const source = "setInterval(() => undefined, 1000)";
    const answer = await keyringKey({ env: bus, platform: "linux", program: await program(source), withinMs: 50 });
    expect(answer).toEqual({ ok: false, why: "the OS keyring did not answer in time" });
  });

  it.runIf(process.platform === "linux")("is really asked, and counts as none where its session is gone", async () => {
    const answer = await keyringKey({ env: bus, platform: "linux", withinMs: 60_000 });
    expect(answer).toEqual({ ok: false, why: "there is no OS keyring here, or it is locked" });
  });
});

async function program(source: string): Promise<string> {
  const path = join(folder, "child.mjs");
  await writeFile(path, source);
  return path;
}
