import { fc } from "../../support/fast-check.ts";
import { existsSync } from "node:fs";
import { chmod, lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { json } from "../../../src/client/setup/format/json.ts";
import { toml } from "../../../src/client/setup/format/toml.ts";
import { yaml } from "../../../src/client/setup/format/yaml.ts";
import type { Program } from "../../../src/client/setup/program.ts";
import { programs } from "../../../src/client/setup/programs.ts";
import { setupPrograms } from "../../../src/shared/setup.ts";
import { openSetupBench, type SetupBench } from "./bench.ts";
import { jsonFile, tomlFile, yamlFile } from "./files.ts";

let bench: SetupBench;
beforeEach(async () => {
  bench = await openSetupBench();
});
afterEach(() => bench.close());

const { cursor, codex, goose, opencode } = programs;
const vscode = programs.vscode;
const ids = setupPrograms.map((id) => [id] as const);

function filesOf(program: Program): fc.Arbitrary<string> {
  const container = program.servers(new Map())[0] ?? "";
  if (program.format === toml) return tomlFile(container);
  if (program.format === yaml) return yamlFile(container);
  return jsonFile(container, program.format !== json);
}

/** A file that was cut, or into which something fell, so that its reader takes it no more. */
function damaged(program: Program): fc.Arbitrary<string> {
  const junk = fc.constantFrom("{", "}", "[", "]", ":", '"', "'", "=", ",,", "\t@", "\n%x\n", "\u0000");
  return fc
    .tuple(filesOf(program), fc.double({ min: 0, max: 1, noNaN: true }), fc.option(junk, { nil: null }))
    .map(([text, where, more]) => {
      const at = Math.floor(where * text.length);
      return more === null ? text.slice(0, at) : text.slice(0, at) + more + text.slice(at);
    })
    .filter((text) => Buffer.from(text).toString("utf8") === text)
    .filter((text) => !program.format.read(text.replace(/^\uFEFF/, "")).ok);
}

/** What no reader takes, and where that shows. */
function brokenOf(program: Program): readonly [text: string, line: number] {
  if (program.format === toml) return ["a = 1\n[b\n", 2];
  if (program.format === yaml) return ["a: 1\nb: [\nc: 2\n", 3];
  return ['{\n  "a": 1\n  "b": 2\n}\n', 3];
}

describe.each(ids)("setting up %s", (id) => {
  const program: Program = programs[id];

  it("gives back the very bytes when it is undone, and is done once however often it is asked for", async () => {
    const file = bench.file(program);
    await fc.assert(
      fc.asyncProperty(filesOf(program), async (text) => {
        await bench.write(program, text);
        expect(await bench.on(id)).toMatchObject([{ did: "written", problem: null }]);
        const written = await readFile(file, "utf8");
        expect(await bench.on(id)).toMatchObject([{ did: "nothing" }]);
        expect(await readFile(file, "utf8")).toBe(written);
        expect((await bench.view(id)).state).toBe("on");
        const notes = program.after.restart ? [program.after.words] : [];
        expect(await bench.off(id)).toMatchObject([{ did: "removed", notes }]);
        expect(await readFile(file)).toEqual(Buffer.from(text));
        expect(bench.clients.list()).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it("leaves a file alone that can't be read, and says where it is broken", async () => {
    const [text, line] = brokenOf(program);
    await bench.write(program, text);
    const [change] = await bench.on(id);
    expect(change).toMatchObject({ did: "refused", problem: { line, column: expect.any(Number) } });
    expect(await readFile(bench.file(program), "utf8")).toBe(text);
    expect(bench.clients.list()).toEqual([]);
    expect(await bench.view(id)).toMatchObject({ state: "broken", problem: { line } });
  });

  it("leaves a file alone that was damaged in any place, and says which", async () => {
    await fc.assert(
      fc.asyncProperty(damaged(program), async (text) => {
        await bench.write(program, text);
        const [change] = await bench.on(id);
        const lines = text.split("\n");
        expect(change?.did).toBe("refused");
        expect(change?.problem?.line).toBeGreaterThanOrEqual(1);
        expect(change?.problem?.line).toBeLessThanOrEqual(lines.length);
        expect(change?.problem?.column).toBeGreaterThanOrEqual(1);
        expect(change?.problem?.column).toBeLessThanOrEqual((lines[(change?.problem?.line ?? 1) - 1] ?? "").length + 1);
        expect(await readFile(bench.file(program))).toEqual(Buffer.from(text));
        expect(bench.clients.list()).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it("makes the file where there is none, and takes it away again", async () => {
    expect(await bench.on(id)).toMatchObject([{ did: "written", seen: null }]);
    expect((await stat(bench.file(program))).mode & 0o777).toBe(0o600);
    expect(await bench.off(id)).toMatchObject([{ did: "removed" }]);
    expect(existsSync(bench.file(program))).toBe(false);
  });

  it("takes only its own entry away from a file that was changed since", async () => {
    const file = bench.file(program);
    const read = (text: string) => program.format.read(text.replace(/^\uFEFF/, ""));
    await fc.assert(
      fc.asyncProperty(filesOf(program), async (before) => {
        await bench.write(program, before);
        await bench.on(id);
        await writeFile(file, `${await readFile(file, "utf8")}\n`);
        expect(await bench.off(id)).toMatchObject([{ did: "removed" }]);
        expect(read(await readFile(file, "utf8"))).toEqual(read(before));
      }),
      { numRuns: 12 },
    );
  });
});

describe("what is written", () => {
  it("is each client's own shape, with its token and its time-out", async () => {
    await bench.on("vscode", "codex", "goose", "opencode", "claude-desktop");
    const token = expect.stringMatching(/^Bearer cst_[\w-]{43}$/);
    const url = "http://127.0.0.1:50123/mcp/files";
    const parsed = async (program: Program): Promise<unknown> =>
      JSON.parse(await readFile(bench.file(program), "utf8"));
    expect(await parsed(vscode)).toEqual({
      servers: { files: { type: "http", url, headers: { Authorization: token } } },
    });
    expect(await parsed(opencode)).toMatchObject({
      mcp: { files: { type: "remote", url, enabled: true, timeout: 600_000 } },
    });
    expect(await parsed(programs["claude-desktop"])).toEqual({
      mcpServers: {
        files: {
          command: "/opt/countersign/bin/countersign",
          args: ["stdio", "files", "--client", "Claude-Desktop"],
        },
      },
    });
    expect(await readFile(bench.file(codex), "utf8")).toMatch(
      /^\[mcp_servers\.files\]\nurl = "http:\/\/127\.0\.0\.1:50123\/mcp\/files"\nhttp_headers = \{ Authorization = "Bearer cst_[\w-]{43}" \}\ntool_timeout_sec = 600\n$/,
    );
    expect(await readFile(bench.file(goose), "utf8")).toContain('    type: "streamable_http"\n');
  });

  it("has a token for each installation, kept as a hash, which opens the tunnel until it is undone", async () => {
    await bench.on("cursor");
    const token = /cst_[\w-]{43}/.exec(await readFile(bench.file(cursor), "utf8"))?.[0] ?? "";
    expect(bench.clients.withToken(token)?.name).toBe("Cursor");
    await bench.off("cursor");
    expect(bench.clients.withToken(token)).toBeNull();
    expect(bench.dropped).toHaveLength(1);
  });

  it("admits a client that speaks stdio under its name, without a token, until it is undone", async () => {
    await bench.on("claude-desktop");
    expect(bench.clients.list()).toMatchObject([{ name: "Claude-Desktop", unverified: true }]);
    expect(await readFile(bench.file(programs["claude-desktop"]), "utf8")).not.toContain("cst_");
    await bench.clients.remove(bench.clients.list()[0]?.id ?? "");
    expect(await bench.view("claude-desktop")).toMatchObject({ state: "drifted", entries: [{ state: "outdated" }] });
    await bench.setup.apply(bench.wish({ does: "repair" }));
    expect((await bench.view("claude-desktop")).state).toBe("on");
    await bench.off("claude-desktop");
    expect(await bench.clients.bridged("Claude-Desktop")).toBeNull();
  });

  it("shows the exact change beforehand, its token masked, and makes none", async () => {
    await bench.write(cursor, '{\n  "mcpServers": {}\n}\n');
    const [plan] = await bench.setup.plan(bench.wish({ programs: ["cursor"] }));
    expect(plan?.diff.join("\n")).toContain('+        "Authorization": "Bearer cst_…"');
    expect(await readFile(bench.file(cursor), "utf8")).toBe('{\n  "mcpServers": {}\n}\n');
    expect(bench.clients.list()).toEqual([]);
    const [done] = await bench.on("cursor");
    expect(done?.diff).toEqual(plan?.diff);
  });

  it("is not written over a file that is another than the one that was shown", async () => {
    await bench.write(cursor, "{}\n");
    const seen = {
      [bench.file(cursor)]: (await bench.setup.plan(bench.wish({ programs: ["cursor"] })))[0]?.seen ?? null,
    };
    await bench.write(cursor, '{ "mine": 1 }\n');
    expect(await bench.setup.apply(bench.wish({ programs: ["cursor"], seen }))).toMatchObject([{ did: "refused" }]);
    expect(await readFile(bench.file(cursor), "utf8")).toBe('{ "mine": 1 }\n');
  });

  it("leaves a server of the same name that is none of ours, and takes another name", async () => {
    await bench.write(cursor, '{ "mcpServers": { "files": { "command": "npx", "args": ["-y", "secret"] } } }');
    expect(await bench.on("cursor")).toMatchObject([{ entries: [{ name: "countersign-files", connection: "files" }] }]);
    expect(await bench.view("cursor")).toMatchObject({ state: "on", around: [{ name: "files", at: "npx" }] });
  });

  it("leaves another profile's entry, and takes another name", async () => {
    const theirs = {
      url: "http://127.0.0.1:50999/mcp/files",
      headers: { Authorization: `Bearer cst_${"t".repeat(43)}` },
    };
    await bench.write(cursor, JSON.stringify({ mcpServers: { files: theirs } }));
    expect(await bench.on("cursor")).toMatchObject([{ entries: [{ name: "countersign-files" }] }]);
    expect((await bench.view("cursor")).around).toEqual([]);
    expect(JSON.parse(await readFile(bench.file(cursor), "utf8"))).toMatchObject({ mcpServers: { files: theirs } });
  });

  it("takes an entry that sends a token of ours elsewhere for what it is: around the gateway", async () => {
    const headers = { Authorization: `Bearer cst_${"x".repeat(43)}` };
    const mcpServers = { evil: { url: "https://127.0.0.1.evil.example/mcp/files", headers } };
    await bench.write(cursor, JSON.stringify({ mcpServers }));
    expect((await bench.view("cursor")).around).toEqual([{ name: "evil", at: "https://127.0.0.1.evil.example" }]);
  });

  it("takes a server of this machine for what it is: around the gateway, whatever its path", async () => {
    await bench.write(cursor, '{ "mcpServers": { "files": { "url": "http://127.0.0.1:3000/mcp" } } }');
    expect(await bench.view("cursor")).toMatchObject({ around: [{ name: "files", at: "http://127.0.0.1:3000" }] });
  });

  it("mends an entry that a person made by hand with a token of this profile", async () => {
    const { token } = await bench.clients.add("by hand");
    const before = JSON.stringify({
      mcpServers: { files: { url: "x", headers: { Authorization: `Bearer ${token}` } } },
    });
    await bench.write(cursor, before);
    expect(await bench.on("cursor")).toMatchObject([{ entries: [{ name: "files" }] }]);
    await bench.off("cursor");
    expect(await readFile(bench.file(cursor), "utf8")).toBe(before);
  });

  it("follows the shape of opencode's second version where its file has that", async () => {
    await bench.write(opencode, '{ "mcp": { "servers": {} } }');
    await bench.on("opencode");
    const { mcp } = JSON.parse(await readFile(bench.file(opencode), "utf8")) as {
      mcp: { servers: Record<string, object> };
    };
    expect(mcp.servers["files"]).toMatchObject({ timeout: { request: 600_000 } });
    expect(mcp.servers["files"]).not.toHaveProperty("enabled");
  });
});

describe("what changes later", () => {
  it("is repaired when the tunnel has another port, a token ended, or a hand changed it", async () => {
    await bench.on("cursor");
    bench.ground.port = 50124;
    expect(await bench.view("cursor")).toMatchObject({ state: "drifted", entries: [{ state: "outdated" }] });
    await bench.on("cursor");
    expect((await bench.view("cursor")).state).toBe("on");
    await bench.clients.removeAll();
    expect(await bench.view("cursor")).toMatchObject({ state: "drifted", entries: [{ state: "outdated" }] });
    await bench.on("cursor");
    expect(bench.clients.list()).toHaveLength(1);
    expect((await bench.view("cursor")).state).toBe("on");
  });

  it("is repaired alike wherever something was set up, and nowhere else, with no connection more", async () => {
    await mkdir(join(bench.home, ".gemini"));
    await bench.on("cursor", "goose");
    bench.ground.port = 50124;
    const changes = await bench.setup.apply(bench.wish({ does: "repair", connections: [] }));
    expect(changes.map(({ id, did, entries }) => [id, did, entries.length])).toEqual([
      ["cursor", "written", 1],
      ["goose", "written", 1],
    ]);
    expect((await bench.view("goose")).state).toBe("on");
    await bench.off();
    expect(existsSync(bench.file(goose))).toBe(false);
  });

  it("is read by the client when it introduces itself after the file was written, and until then it is to be restarted", async () => {
    await bench.on("codex", "cursor");
    expect((await bench.view("codex")).seen).toBe("restart");
    expect((await bench.view("cursor")).seen).toBe("waiting");
    const codexClient = bench.clients.list().find(({ name }) => name === "Codex CLI");
    bench.clock.nowMs += 1_000;
    bench.clients.introduced(codexClient?.id ?? "", { name: "codex-mcp-client", version: "0.169.0" });
    expect(await bench.view("codex")).toMatchObject({
      seen: "live",
      client: { claimed: { name: "codex-mcp-client" } },
    });
    bench.clock.nowMs += 1_000;
    bench.ground.port = 50124;
    await bench.setup.apply(bench.wish({ does: "repair", connections: [] }));
    expect(await bench.view("codex")).toMatchObject({ state: "on", seen: "restart" });
    bench.clock.nowMs += 1_000;
    bench.clients.introduced(codexClient?.id ?? "", { name: "codex-mcp-client", version: "0.170.0" });
    expect(await bench.view("codex")).toMatchObject({ seen: "live", client: { claimed: { version: "0.170.0" } } });
    await bench.off("codex");
    expect(await bench.view("codex")).toMatchObject({ state: "off", seen: null, client: null });
  });

  it.each(["cursor", "codex"] as const)(
    "is repaired in %s where it differs, and every other line stays in its place",
    async (id) => {
      await bench.on(id);
      const path = bench.file(programs[id]);
      const text = await readFile(path, "utf8");
      await writeFile(path, text.replace(/Bearer cst_[\w-]{8}/, "Bearer cst_otherone"));
      expect(await bench.view(id)).toMatchObject({ state: "drifted" });
      await bench.setup.apply(bench.wish({ does: "repair", programs: [id] }));
      const mended = await readFile(path, "utf8");
      expect(mended.replace(/cst_[\w-]+/, "")).toBe(text.replace(/cst_[\w-]+/, ""));
    },
  );

  it("is taken out by an undo even where its token was taken away by hand", async () => {
    await bench.on("cursor");
    const text = await readFile(bench.file(cursor), "utf8");
    await writeFile(bench.file(cursor), text.replace(/Bearer cst_[\w-]+/, "gone"));
    expect(await bench.view("cursor")).toMatchObject({ state: "drifted" });
    await bench.off("cursor");
    expect(existsSync(bench.file(cursor))).toBe(false);
  });

  it("keeps what a person added to an entry, and mends what they changed", async () => {
    await bench.on("zed");
    const path = bench.file(programs.zed);
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace('"timeout": 600', '"timeout": 5,\n      "note": "mine"'));
    expect(await bench.view("zed")).toMatchObject({ state: "drifted", entries: [{ state: "changed" }] });
    await bench.on("zed");
    expect((await bench.view("zed")).state).toBe("on");
    expect(await readFile(path, "utf8")).toContain('"note": "mine"');
  });

  it.each([
    ["cursor", '"command": "/tmp/other"'],
    ["gemini", '"url": "https://elsewhere.example/sse"'],
    ["windsurf", '"url": "https://elsewhere.example/mcp"'],
  ] as const)(
    "sees that an entry of %s was given a second way, past the gateway, and takes that out",
    async (id, way) => {
      const path = bench.file(programs[id]);
      await bench.on(id);
      const text = await readFile(path, "utf8");
      await writeFile(path, text.replace('"headers"', `"note": "mine", ${way}, "headers"`));
      expect(await bench.view(id)).toMatchObject({ state: "drifted", entries: [{ state: "changed" }] });
      await bench.setup.apply(bench.wish({ does: "repair", programs: [id] }));
      expect(await bench.view(id)).toMatchObject({ state: "on" });
      const mended = await readFile(path, "utf8");
      expect(mended).toContain('"note": "mine"');
      expect(mended).not.toMatch(/elsewhere|other/);
    },
  );

  it("is another connection: the first stays, and undoing one leaves the other", async () => {
    await bench.write(codex, 'model = "x" # mine\n');
    await bench.on("codex");
    await bench.setup.apply(bench.wish({ programs: ["codex"], connections: ["customers"] }));
    expect(bench.clients.list()).toHaveLength(1);
    expect((await bench.view("codex")).entries.map(({ name }) => name)).toEqual(["files", "customers"]);
    await bench.setup.apply(bench.wish({ does: "undo", programs: ["codex"], connections: ["files"] }));
    expect(await bench.view("codex")).toMatchObject({ state: "on", entries: [{ name: "customers" }] });
    await bench.off("codex");
    expect(await readFile(bench.file(codex), "utf8")).toBe('model = "x" # mine\n');
  });

  it("is undone after a new start of the process as well", async () => {
    await bench.write(cursor, "{}");
    await bench.on("cursor");
    const again = await bench.reopened();
    await again.apply(bench.wish({ does: "undo", programs: [], connections: [] }));
    expect(await readFile(bench.file(cursor), "utf8")).toBe("{}");
  });

  it("leaves what a person put in the place of an entry", async () => {
    await bench.on("cursor");
    const own = '{ "mcpServers": { "files": { "command": "mine" } } }';
    await writeFile(bench.file(cursor), own);
    await bench.off("cursor");
    expect(await readFile(bench.file(cursor), "utf8")).toBe(own);
  });
});

describe("the file itself", () => {
  it("is written behind a link, which stays one", async () => {
    const target = join(bench.home, "dotfiles", "mcp.json");
    await mkdir(dirname(target));
    await writeFile(target, "{}");
    await mkdir(dirname(bench.file(cursor)));
    await symlink(target, bench.file(cursor));
    await bench.on("cursor");
    expect((await lstat(bench.file(cursor))).isSymbolicLink()).toBe(true);
    expect(await readFile(target, "utf8")).toContain("mcpServers");
    await bench.off("cursor");
    expect(await readFile(target, "utf8")).toBe("{}");
  });

  it("is this user's alone while it holds a token, and has its permissions back afterwards", async () => {
    await bench.write(cursor, "{}");
    await chmod(bench.file(cursor), 0o644);
    expect((await bench.on("cursor"))[0]?.notes.join(" ")).toContain("yours alone");
    expect((await stat(bench.file(cursor))).mode & 0o777).toBe(0o600);
    await bench.off("cursor");
    expect((await stat(bench.file(cursor))).mode & 0o777).toBe(0o644);
  });

  it("has no half-written one beside it, and one that a killed process left goes", async () => {
    await bench.write(cursor, "{}");
    const left = join(dirname(bench.file(cursor)), ".mcp.json.countersign-new");
    await writeFile(left, "half");
    await bench.on("cursor");
    expect(await readdir(dirname(bench.file(cursor)))).toEqual(["mcp.json"]);
  });

  it("leaves no token and no record where it could not be written", async () => {
    await bench.write(cursor, "{}");
    await mkdir(join(dirname(bench.file(cursor)), ".mcp.json.countersign-new"));
    expect(await bench.on("cursor")).toMatchObject([
      { did: "refused", problem: { message: expect.stringContaining("refused") } },
    ]);
    expect(bench.clients.list()).toEqual([]);
    expect(await bench.view("cursor")).toMatchObject({ state: "off" });
    expect(await readFile(bench.file(cursor), "utf8")).toBe("{}");
  });

  it.each([
    ["cursor", `{"a":"${"x".repeat(8 * 1024 * 1024)}"}`],
    ["goose", `a: ${"x".repeat(1024 * 1024)}\n`],
    ["codex", `a = "${"x".repeat(2 * 1024 * 1024)}"\n`],
  ] as const)("is left alone where it is so long that every call would wait for it: %s", async (id, text) => {
    await bench.write(programs[id], text);
    expect((await bench.on(id))[0]?.problem?.message).toMatch(/larger than \d MB/);
    expect(await bench.view(id)).toMatchObject({ state: "broken" });
    expect(await readFile(bench.file(programs[id]), "utf8")).toBe(text);
  });

  it("is left alone where it isn't UTF-8, is a link to nothing, or no file", async () => {
    const path = bench.file(cursor);
    await bench.write(cursor, Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]));
    expect((await bench.on("cursor"))[0]?.problem?.message).toContain("UTF-8");
    await rm(path);
    await symlink("/nowhere/at/all", path);
    expect((await bench.on("cursor"))[0]?.problem?.message).toContain("link to nothing");
    await rm(path);
    await mkdir(path);
    expect((await bench.on("cursor"))[0]?.problem?.message).toContain("not a file");
    expect(bench.clients.list()).toEqual([]);
  });
});

describe("asking for it", () => {
  it("means the clients that are installed where none is named", async () => {
    await mkdir(join(bench.home, ".cursor"));
    expect((await bench.on()).map(({ id }) => id)).toEqual(["cursor"]);
    expect((await bench.off()).map(({ id }) => id)).toEqual(["cursor"]);
  });

  it("means all that the person may use where no connection is named", async () => {
    const [change] = await bench.setup.apply(bench.wish({ programs: ["cursor"], connections: [] }));
    expect(change?.entries.map(({ connection }) => connection)).toEqual(["files", "customers"]);
  });

  it("is refused for a connection that isn't there, and while the tunnel is closed", async () => {
    const unknown = bench.wish({ programs: ["cursor"], connections: ["nowhere"] });
    await expect(bench.setup.plan(unknown)).rejects.toMatchObject({ code: "not_found" });
    bench.ground.port = null;
    await expect(bench.on("cursor")).rejects.toMatchObject({ code: "not_running" });
  });

  it("says of a client that only speaks stdio that it needs the bridge's command", async () => {
    const wish = bench.wish({ programs: ["claude-desktop"], launcher: null });
    const [refused] = await bench.setup.apply(wish);
    expect(refused?.did).toBe("refused");
    expect(refused?.problem?.message).toMatch(/run `countersign setup list --profile ".*profile"` once in a terminal/);
  });

  it("by a console without a shell of its own takes the one that was last used with the profile, as long as it lies there", async () => {
    const shell = join(bench.home, "shell.js");
    await writeFile(shell, "");
    const launcher = { command: process.execPath, args: [shell, "--profile", "/somewhere"] };
    const wish = bench.wish({ programs: ["claude-desktop"], launcher: null });
    await bench.setup.list({ environment: wish.environment, launcher });
    const [written] = await (await bench.reopened()).apply(wish);
    expect(written?.did).toBe("written");
    expect(await readFile(bench.file(programs["claude-desktop"]), "utf8")).toContain(JSON.stringify(shell));
    await rm(shell);
    expect(await bench.setup.apply({ ...wish, does: "repair" })).toMatchObject([{ did: "refused" }]);
  });
});
