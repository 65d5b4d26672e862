import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shell } from "./shell.ts";

let profile: string;
beforeAll(async () => {
  profile = await mkdtemp(join(tmpdir(), "countersign-profile-"));
});
afterAll(() => rm(profile, { recursive: true }));

describe("the terminal shell", () => {
  it.concurrent.each([
    ["without a command", []],
    ["with an unknown command", ["frobnicate"]],
    ["with a name that every object has", ["constructor"]],
    ["with an unknown option", ["status", "--frobnicate"]],
    ["with an option's value left out", ["gateway", "--config"]],
    ["with a word too many", ["status", "now"]],
    ["with a word too few", ["call", "files"]],
    ["with an unknown verb", ["approvals", "frobnicate"]],
    ["where a verb is missing", ["clients"]],
    ["where the configuration is not named", ["gateway"]],
    ["where no key is known to verify by", ["audit", "verify", "--data", "."]],
    ["where the gateway was never named", ["sign-in"]],
    ["where the gateway's name is no address", ["sign-in", "--gateway", "nonsense"]],
    ["where the gateway's address is not of a scheme it has", ["sign-in", "--gateway", "http://gateway.example"]],
    ["where the arguments are not JSON", ["call", "files", "read_file", "{path"]],
    ["where the arguments are no object", ["call", "files", "read_file", "[1]"]],
  ])("ends with status 2 %s", async (_, args) => {
    const ran = await shell(...args, ...(args.length === 0 ? [] : ["--profile", profile]));
    expect(ran.status).toBe(2);
    if (args.length > 0)
      expect(ran).toMatchObject({ stdout: "", stderr: expect.stringMatching(/^countersign: .+\n$/) });
  });

  it.concurrent.each(["connections", "console", "sign-out", "approvals list", "clients list"])(
    "says what to run where nobody is signed in: %s",
    async (words) => {
      const ran = await shell(...words.split(" "), "--profile", profile, "--json");
      expect(ran).toMatchObject({ status: 1, stdout: "" });
      expect(ran.stderr.trim().split("\n")).toHaveLength(1);
      expect(ran.stderr).toContain("countersign sign-in --gateway URL");
      expect(ran.stderr).toContain("(not_running)");
    },
  );

  it("has help for the whole and for each command", async () => {
    const whole = await shell("--help");
    expect(whole.status).toBe(0);
    for (const name of ["sign-in", "approvals"]) {
      expect(whole.stdout).toContain(name);
      const help = await shell(name, "--help");
      expect(help).toMatchObject({ status: 0, stdout: expect.stringContaining(`Usage: countersign ${name}`) });
    }
  });

  it("says its version, which is package.json's", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    expect(await shell("--version")).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
    expect(JSON.parse((await shell("--json", "--version")).stdout)).toEqual({ version });
  });

  it("makes no folder where it only asks", async () => {
    const absent = join(profile, "absent");
    expect(await shell("status", "--profile", absent)).toMatchObject({ status: 0 });
    expect(await shell("clients", "list", "--profile", absent)).toMatchObject({ status: 1 });
    await expect(access(absent)).rejects.toThrow();
  });

  it("takes no database for an export that was tampered with", async () => {
    const file = join(profile, "gateway.sqlite");
    await writeFile(file, "SQLite format 3\0\n\n\n");
    const key = "127.0.0.1:7300+4eb159bb+Af1jYrFgogiq2TiKk8HF5ubjgXdCmYoztE9py/Y6U3mM";
    const ran = await shell("audit", "verify", "--data", file, "--key", key);
    expect(ran).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("give the data folder") });
  });

  it("shows a profile that no process owns as not running", async () => {
    const ran = await shell("status", "--profile", profile, "--json");
    expect(ran.status).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual({ profile, gateway: null, running: false });
  });
});
