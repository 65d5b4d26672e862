import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { mcpbBundle } from "../../packaging/mcpb-bundle.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;
let files: ReadonlyMap<string, Buffer>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-mcpb-"));
  files = unzipped(await mcpbBundle(root));
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The files of an archive as its directory names them. */
function unzipped(archive: Buffer): ReadonlyMap<string, Buffer> {
  const end = archive.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  const found = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const packed = archive.readUInt32LE(at + 20);
    const nameLength = archive.readUInt16LE(at + 28);
    const start = archive.readUInt32LE(at + 42);
    const name = archive.toString("utf8", at + 46, at + 46 + nameLength);
    const from = start + 30 + archive.readUInt16LE(start + 26);
    found.set(name, inflateRawSync(archive.subarray(from, from + packed)));
    at += 46 + nameLength;
  }
  return found;
}

const manifest = z.object({
  manifest_version: z.literal("0.3"),
  name: z.string(),
  version: z.string(),
  description: z.string(),
  author: z.object({ name: z.string() }),
  server: z.object({
    type: z.literal("node"),
    entry_point: z.string(),
    mcp_config: z.object({ command: z.literal("node"), args: z.array(z.string()), env: z.object({}).strict() }),
  }),
});

it("is described by a manifest whose files are there, and holds no secret and no dependency", () => {
  const told = manifest.parse(JSON.parse(files.get("manifest.json")?.toString("utf8") ?? ""));
  expect([...files.keys()]).toEqual(expect.arrayContaining([told.server.entry_point, "icon.png", "LICENSE"]));
  expect([...files.keys()].filter((path) => path.includes("node_modules"))).toEqual([]);
  expect(Buffer.concat([...files.values()]).toString("latin1")).not.toMatch(/Bearer cst_|BEGIN [A-Z ]*PRIVATE KEY/);
});

it("runs from where it was unpacked, and says what to do where no Countersign runs", async () => {
  const { server } = manifest.parse(JSON.parse(files.get("manifest.json")?.toString("utf8") ?? ""));
  const args = server.mcp_config.args.map((arg) =>
    arg.replace("${__dirname}", folder).replace("${user_config.connection}", ""),
  );
  const child = spawn(process.execPath, [...args, "--profile", join(folder, "nobody")], {
    cwd: folder,
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  let said = "";
  for await (const chunk of child.stdout) said += String(chunk);
  expect(JSON.parse(said)).toMatchObject({ id: 1, error: { data: { code: "not_running" } } });
}, 30_000);
