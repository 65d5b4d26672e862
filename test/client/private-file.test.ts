import { execFileSync } from "node:child_process";
import { chmod, chown, link, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openClients } from "../../src/client/clients.ts";
import { readText, writePrivate } from "../../src/client/private-file.ts";
import { readProfile, writeProfile } from "../../src/client/profile.ts";
import { startGateway, type GatewayStandIn } from "../support/gateway-stand-in.ts";

let directory: string;
let gateway: GatewayStandIn;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "countersign-private-"));
  gateway = await startGateway();
  await writeProfile(directory, gateway.profile);
});
afterEach(async () => {
  await gateway.close();
  await rm(directory, { recursive: true, force: true });
});

const profile = () => join(directory, "profile.json");
const asRoot = process.getuid?.() === 0;

describe.skipIf(process.platform === "win32")("a private file", () => {
  it.runIf(asRoot)("that another user made is not believed: not a gateway, not a client's token", async () => {
    await chown(profile(), 65_534, 65_534);
    await expect(readProfile(directory)).rejects.toMatchObject({ code: "configuration" });
    const planted = { id: "x", name: "cursor", hash: "A".repeat(43), createdAtMs: 0, lastUsedAtMs: null };
    await writeFile(join(directory, "clients.json"), JSON.stringify({ v: 1, clients: [planted] }));
    await chown(join(directory, "clients.json"), 65_534, 65_534);
    await expect(openClients(directory, Date.now, () => undefined)).rejects.toMatchObject({ code: "configuration" });
  });

  it.each([0o620, 0o602, 0o666])("that others may write (%o) is not believed", async (mode) => {
    await chmod(profile(), mode);
    await expect(readProfile(directory)).rejects.toMatchObject({ code: "configuration" });
  });

  it("is not followed where it is a link", async () => {
    const elsewhere = join(directory, "elsewhere.json");
    await link(profile(), elsewhere);
    await rm(profile());
    await symlink(elsewhere, profile());
    await expect(readProfile(directory)).rejects.toMatchObject({ code: "configuration" });
  });

  it("does not keep us waiting where it is a pipe, nor is a folder one", async () => {
    execFileSync("mkfifo", ["-m", "600", join(directory, "pipe")]);
    await expect(readText(join(directory, "pipe"))).rejects.toMatchObject({ code: "configuration" });
    await expect(readText(directory)).rejects.toMatchObject({ code: "configuration" });
  });

  it("leaves nothing beside it where it could not be written", async () => {
    const path = join(directory, "state.json");
    await mkdir(path);
    await expect(writePrivate(path, "{}")).rejects.toThrow();
    expect((await readdir(directory)).filter((name) => name.endsWith(".new"))).toEqual([]);
  });
});
