import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { endProfile, entriesOf } from "../../../src/client/profiles/removal.ts";
import { signedIn, type Workbench } from "../workbench.ts";

let home: string;
let settings: string;
let bench: Workbench;
const before = '{\n  // mine\n  "mcpServers": {}\n}\n';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "countersign-home-"));
  settings = join(home, ".cursor", "mcp.json");
  await mkdir(join(home, ".cursor"));
  await writeFile(settings, before);
  bench = await signedIn();
  await bench.client.openTunnel({ port: 0 });
  const wish = { does: "set-up", environment: where(), launcher: null } as const;
  await bench.client.setup.apply({ ...wish, programs: ["cursor"], connections: ["files"] });
});
afterEach(async () => {
  await bench.close();
  await rm(home, { recursive: true });
});

const where = () => ({ HOME: home, USERPROFILE: home });

it("names what a profile has in the settings of MCP clients, takes it out to the byte, and ends the session", async () => {
  expect(await readFile(settings, "utf8")).toContain("/mcp/files");
  expect(await entriesOf(bench.client, where())).toMatchObject([{ name: "Cursor", file: settings }]);
  await endProfile(bench.client, where());
  expect(await readFile(settings, "utf8")).toBe(before);
  expect(bench.client.state()).toMatchObject({ session: { state: "signed-out" }, clients: [] });
  expect(bench.signIn.signedOut).toBe(true);
});

it("ends nothing where an entry can't be taken out, and says where it stands", async () => {
  const broken = (await readFile(settings, "utf8")).replace("{", "{{");
  await writeFile(settings, broken);
  await expect(endProfile(bench.client, where())).rejects.toMatchObject({
    code: "misconfigured",
    message: expect.stringContaining(settings),
  });
  expect(await readFile(settings, "utf8")).toBe(broken);
  expect(bench.client.state().session.state).toBe("signed-in");
});
