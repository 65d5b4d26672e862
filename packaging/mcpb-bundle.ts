import { readFile } from "node:fs/promises";
import { dirname, posix, relative, resolve } from "node:path";
import { z } from "zod";
import { importsOf } from "./imports.ts";
import { zipOf, type Entry } from "./zip.ts";

/** The `.mcpb` bundle for Claude Desktop: the stdio bridge alone, out of the built program in `dist`. It holds no secret and no dependency. */
export async function mcpbBundle(root: string): Promise<Buffer> {
  const { version, description } = packageFile.parse(JSON.parse(await readFile(resolve(root, "package.json"), "utf8")));
  const dist = resolve(root, "dist");
  const files = new Map<string, Buffer>();
  for (const entry of entries) await collect(resolve(dist, entry), files);
  const program: Entry[] = [...files].map(([file, bytes]) => ({
    path: posix.join("server", relative(dist, file).replaceAll("\\", "/")),
    bytes,
  }));
  const icon: Entry = { path: "icon.png", bytes: await readFile(resolve(root, "assets/icons/512x512.png")) };
  const license: Entry = { path: "LICENSE", bytes: await readFile(resolve(root, "LICENSE")) };
  const all = [icon, license, text("server/package.json", { type: "module", private: true }), ...program];
  return zipOf([
    text("manifest.json", manifest(version, description)),
    ...all.toSorted((one, other) => (one.path < other.path ? -1 : 1)),
  ]);
}

/** What `countersign stdio` runs: the shell's table, which loads the rest where it is asked for, and the command. */
const entries = ["cli/index.js", "cli/stdio.js"];
const packageFile = z.object({ version: z.string(), description: z.string() });

/** A module and what it imports from the start. Throws where that isn't ours or Node's own: a bundle has no node_modules. */
async function collect(file: string, files: Map<string, Buffer>): Promise<void> {
  if (files.has(file)) return;
  const bytes = await readFile(file);
  files.set(file, bytes);
  for (const from of importsOf(bytes.toString("utf8"))) {
    if (from.startsWith("node:")) continue;
    if (!from.startsWith(".")) throw new Error(`${file} imports ${from}: the bridge needs nothing but Node.`);
    await collect(resolve(dirname(file), from), files);
  }
}

function text(path: string, value: object): Entry {
  return { path, bytes: Buffer.from(`${JSON.stringify(value, null, 2)}\n`) };
}

/** MCPB manifest 0.3. */
function manifest(version: string, description: string): object {
  return {
    manifest_version: "0.3",
    name: "countersign",
    display_name: "Countersign",
    version,
    description,
    long_description:
      "Leads Claude Desktop to your company's MCP servers through the Countersign that runs on this computer: sign in there first. " +
      "Calls are judged, masked and recorded by the gateway; some wait for a person's approval.",
    author: { name: "Countersign" },
    license: "MIT",
    icon: "icon.png",
    tools_generated: true,
    prompts_generated: true,
    server: {
      type: "node",
      entry_point: "server/cli/index.js",
      mcp_config: {
        command: "node",
        args: ["${__dirname}/server/cli/index.js", "stdio", "${user_config.connection}", "--client", "claude-desktop"],
        env: {},
      },
    },
    user_config: {
      connection: {
        type: "string",
        title: "Connection",
        description:
          "One connection's name. Empty: all that you may use, each tool's name with its connection's before it.",
        required: false,
        default: "",
      },
    },
    compatibility: { platforms: ["darwin", "win32", "linux"], runtimes: { node: ">=20.0.0" } },
  };
}
