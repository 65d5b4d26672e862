import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { importsOf } from "../../packaging/imports.ts";

const folder = fileURLToPath(new URL("../../dist/cli/", import.meta.url));

const text = (file: string): Promise<string> => readFile(join(folder, file), "utf8");

/** What loads with a file of the built program: its text and that of all that it imports from the start. */
async function loadedWith(entries: readonly string[]): Promise<string> {
  const texts = new Map<string, string>();
  const open = [...entries];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (texts.has(file)) continue;
    const source = await text(file);
    texts.set(file, source);
    open.push(...importsOf(source).filter((from) => from.startsWith("./")));
  }
  return [...texts.values()].join("\n");
}

/** A name that stands in the program only where this is loaded. */
const heavy = {
  "sign-in with Entra": "PublicClientApplication",
  "sign-in with Okta": "renewTokensWithRefresh",
  "sign-in with others": "authorizationCodeGrant",
  "the MCP client": "StreamableHTTPClientTransport",
  "the YAML reader": "parseAllDocuments",
  "the TOML reader": "TomlDate",
  "the gateway": "BEGIN IMMEDIATE",
  "the agent": "createAgent",
  telemetry: "BatchSpanProcessor",
};

it.each(Object.entries(heavy))("the headless client starts without %s, which the program has", async (_what, name) => {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".js"));
  expect(await loadedWith(files)).toContain(name);
  expect(await loadedWith(["index.js", "connect.js"])).not.toContain(name);
});

it("the headless client starts with 1.5 MB of code at most, the stdio bridge with 40 kB", async () => {
  expect((await loadedWith(["index.js", "connect.js"])).length).toBeLessThan(1_500_000);
  expect((await loadedWith(["index.js", "stdio.js"])).length).toBeLessThan(40_000);
});

it("each program that a thread runs stands beside what starts it", async () => {
  const files = await readdir(folder);
  const texts = await Promise.all(files.filter((file) => file.endsWith(".js")).map((file) => text(file)));
  const programs = texts.flatMap((each) => [...each.matchAll(/new URL\([`"]\.\/([\w-]+)/g)].map(([, name]) => name));
  expect(programs).toContain("search-worker");
  expect(files).toEqual(expect.arrayContaining(programs.map((name) => `${name}.js`)));
});
