import type { Page } from "playwright-core";
import type { ConsoleServer } from "../console/server.ts";
import { answerSetups, busyTraffic, changeOf, everySetup } from "../console/setups.ts";
import { fullInbox, held, signedIn } from "../console/states.ts";
import type { Scene } from "./scene.ts";

const nowMs = Date.now();
const ownHeld = [
  held({
    id: "own1",
    relation: "requester",
    tool: "write_file",
    connection: "files",
    risk: "medium",
    via: "Cursor",
    device: "dev_5Yt1",
  }),
  held({ id: "own2", relation: "requester", state: "approved", via: "backup-script", device: "dev_5Yt1" }),
];
const clients = [
  { id: "c1", name: "Cursor", createdAtMs: nowMs - 86_400_000, lastUsedAtMs: nowMs - 120_000 },
  { id: "c4", name: "backup-script", createdAtMs: nowMs - 86_400_000, lastUsedAtMs: nowMs - 5_400_000 },
  { id: "c5", name: "notes", createdAtMs: nowMs - 86_400_000, lastUsedAtMs: null, unverified: true as const },
];
const busy = signedIn([...fullInbox(), ...ownHeld], { clients, traffic: busyTraffic });

const toClients = async (page: Page, server: ConsoleServer) => {
  server.show({ approval: null, page: "connections", part: "clients" });
  await page.getByRole("cell", { name: "Gemini CLI", exact: true }).waitFor();
};
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

/** MCP clients on the connections page: how they stand, and what is done with their files. */
export const clientScenes: readonly Scene[] = [
  scene("clients", toClients),
  scene("clients-set-up", async (page, server) => {
    await toClients(page, server);
    await press(page, "Set up Gemini CLI…");
    await press(page, "Show them");
    await page.getByRole("button", { name: "Write", exact: true }).scrollIntoViewIfNeeded();
  }),
  scene("clients-written", async (page, server) => {
    await toClients(page, server);
    await press(page, "Set up Gemini CLI…");
    await press(page, "Write");
    await page.getByText("Start a new Gemini CLI session.").waitFor();
  }),
  scene("clients-refused", async (page, server) => {
    const problem = { line: 12, column: 3, message: "A comma or the end of the object is missing." };
    server.answer("setup.plan", ({ program }) => ({
      ok: true,
      value: everySetup
        .filter(({ id }) => id === program)
        .map((view) => changeOf(view, { did: "refused", diff: [], notes: [], problem })),
    }));
    await toClients(page, server);
    await press(page, "Repair Windsurf…");
    await press(page, "Revoke notes");
    await page.getByRole("alert").waitFor();
  }),
  {
    name: "clients-unread",
    state: busy,
    async act(page, server) {
      server.refuse("setup.list", { code: "not_running", message: "" });
      server.show({ approval: null, page: "connections", part: "clients" });
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "clients-none",
    state: signedIn([], { clients: [] }),
    async act(page, server) {
      server.show({ approval: null, page: "connections", part: "clients" });
      await page.getByText("No MCP client was found").waitFor();
    },
  },
  scene("connections-busy", async (page) => {
    await page.getByRole("button", { name: /^Connections/ }).click();
    await page.getByRole("cell", { name: "Gemini CLI", exact: true }).waitFor();
  }),
];

function scene(name: string, act: NonNullable<Scene["act"]>): Scene {
  return {
    name,
    state: busy,
    async act(page, server) {
      answerSetups(server);
      await act(page, server);
    },
  };
}
