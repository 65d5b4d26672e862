import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keySeal, sealedFileVault } from "../../../src/client/vault/sealed-file.ts";

let folder: string;
let path: string;
const key = randomBytes(32);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-vault-"));
  path = join(folder, "vault.json");
});
afterEach(() => rm(folder, { recursive: true }));

const vault = (by = key) => sealedFileVault(path, keySeal(by));
const sealedIn = async () => (JSON.parse(await readFile(path, "utf8")) as { sealed: Record<string, string> }).sealed;

describe("a vault in a file", () => {
  it("keeps secrets for the next process, readable to its owner alone and to nobody without the key", async () => {
    const secret = `canary-${"ä".repeat(4000)}`;
    await vault().set("sign-in.oidc", secret);
    expect(await vault().get("sign-in.oidc")).toBe(secret);
    expect(await vault().get("other")).toBeNull();
    expect(await vault(randomBytes(32)).get("sign-in.oidc")).toBeNull();
    expect(await readFile(path, "utf8")).not.toContain("canary");
    if (process.platform !== "win32") expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("loses nothing where two are kept at once, and forgets what is deleted", async () => {
    const one = vault();
    await Promise.all(["a", "b", "c"].map((name) => one.set(name, `secret ${name}`)));
    await one.delete("b");
    expect(Object.keys(await sealedIn()).sort()).toEqual(["a", "c"]);
    expect(await one.get("c")).toBe("secret c");
    expect(await one.get("__proto__")).toBeNull();
  });

  it("never seals the same secret twice alike", async () => {
    await vault().set("a", "same");
    const before = (await sealedIn())["a"];
    await vault().set("a", "same");
    expect((await sealedIn())["a"]).not.toBe(before);
  });

  it("opens nothing that was changed, cut short or moved to another name", async () => {
    await vault().set("device", "secret");
    const sealed = (await sealedIn())["device"] ?? "";
    const bytes = Buffer.from(sealed, "base64");
    const flipped = [...bytes.keys()].map((at) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      return changed.toString("base64");
    });
    for (const [name, text] of [
      ...flipped.map((each) => ["device", each]),
      ["device", bytes.subarray(0, 20).toString("base64")],
      ["device", ""],
      ["account", sealed],
    ] as const) {
      await writeFile(path, JSON.stringify({ v: 1, sealed: { [name ?? ""]: text } }), { mode: 0o600 });
      expect(await vault().get(name ?? "")).toBeNull();
    }
  });
});
