import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { buildConsole } from "../support/console/build.ts";
import { patienceMs } from "../support/eventually.ts";
import { signedIn } from "../client/workbench.ts";

let home: string;
const closers: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "countersign-home-"));
  await mkdir(join(home, ".cursor"));
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await rm(home, { recursive: true });
});

it(
  "sets a client up in a browser, sees its program come, and gives the file back as it was",
  { timeout: 120_000 },
  async () => {
    const file = join(home, ".cursor", "mcp.json");
    const before = '{\n  // mine\n  "mcpServers": { "scratch": { "command": "npx" } }\n}\n';
    await writeFile(file, before);
    const [built, browser] = await Promise.all([buildConsole(), launchBrowser()]);
    closers.push(
      () => built.remove(),
      () => browser.close(),
    );
    const bench = await signedIn({ environment: { HOME: home, USERPROFILE: home } });
    closers.push(() => bench.close());
    await bench.client.openTunnel({ port: 0 });
    await bench.client.serveConsole(built.folder);
    const page = await browser.newPage();
    page.setDefaultTimeout(patienceMs);
    await page.goto(bench.client.consoleLink());
    const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
    await page.getByRole("button", { name: "Connections" }).click();
    await page.getByText("1 server in Cursor does not go through the gateway.").waitFor();
    await press("Set up Cursor…");
    await page
      .getByText(/Bearer cst_…/)
      .first()
      .waitFor();
    expect(await readFile(file, "utf8")).toBe(before);
    await press("Write");
    await page.getByText(/^Written\./).waitFor();
    await press("Close");
    const cursor = page.getByRole("table", { name: "MCP clients" }).getByRole("row", { name: /^Cursor/ });
    await cursor.filter({ hasText: "not seen yet" }).waitFor();
    const [token] = /cst_[\w-]{43}/.exec(await readFile(file, "utf8")) ?? [];
    const clientInfo = { name: "Cursor-IDE", version: "9.1" };
    const opening = {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo },
    };
    const call = { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "x", arguments: {} } };
    const headers = {
      authorization: `Bearer ${token ?? ""}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    for (const message of [opening, call])
      await fetch(bench.client.state().connections[0]?.url ?? "", {
        method: "POST",
        headers,
        body: JSON.stringify(message),
      });
    await cursor.filter({ hasText: /Seen live.*Cursor-IDE 9\.1/ }).waitFor();
    await press("Undo the set-up of Cursor…");
    await press("Take out");
    await page.getByText("Taken out: the file is as it was without it.").waitFor();
    expect(await readFile(file, "utf8")).toBe(before);
  },
);
