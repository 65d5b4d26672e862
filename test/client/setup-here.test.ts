import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SetupAsk, SetupChange, SetupView } from "../../src/shared/setup.ts";
import { signedIn, until, type Workbench } from "./workbench.ts";

let home: string;
let bench: Workbench;
const before = '{\n  // mine\n  "mcpServers": {}\n}\n';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "countersign-home-"));
  await mkdir(join(home, ".cursor"));
  await writeFile(file(), before);
  bench = await signedIn({ environment: { HOME: home, USERPROFILE: home } });
  await bench.client.openTunnel({ port: 0 });
});
afterEach(async () => {
  await bench.close();
  await rm(home, { recursive: true });
});

const file = () => join(home, ".cursor", "mcp.json");
const text = () => readFile(file(), "utf8");

async function cursor(): Promise<SetupView | undefined> {
  const listed = await bench.client.call("setup.list", {}, "window");
  return listed.ok ? listed.value.find(({ id }) => id === "cursor") : undefined;
}

async function planned(does: SetupAsk["does"]): Promise<SetupChange> {
  const plan = await bench.client.call("setup.plan", { does, program: "cursor" }, "window");
  const [change] = plan.ok ? plan.value : [];
  if (change === undefined) throw new Error(JSON.stringify(plan));
  return change;
}

const apply = (does: SetupAsk["does"], seen: Record<string, string | null>) =>
  bench.client.call("setup.apply", { does, program: "cursor", seen }, "window");

describe("a client is set up from a console", () => {
  it("by the change that was shown, with its token masked, and back to the very bytes", async () => {
    expect(await cursor()).toMatchObject({ installed: true, state: "off", writtenAtMs: null });
    const shown = await planned("set-up");
    expect(shown.diff.join("\n")).toContain("/mcp/");
    expect(shown.diff.join("\n")).not.toMatch(/cst_\w/);
    expect(await text()).toBe(before);
    expect(await apply("set-up", { [shown.file]: shown.seen })).toMatchObject({
      ok: true,
      value: [{ did: "written" }],
    });
    expect(await text()).toMatch(/cst_[\w-]{43}/);
    expect(await cursor()).toMatchObject({ state: "on", writtenAtMs: expect.any(Number) as number });
    const undone = await planned("undo");
    expect(await apply("undo", { [undone.file]: undone.seen })).toMatchObject({
      ok: true,
      value: [{ did: "removed" }],
    });
    expect(await text()).toBe(before);
    expect(bench.client.state().clients).toEqual([]);
  });

  it("never by a change that was not shown, or was shown for another file", async () => {
    const shown = await planned("set-up");
    expect(await apply("set-up", {})).toMatchObject({ ok: false, error: { code: "digest_mismatch" } });
    await writeFile(file(), before.replace("mine", "mine still"));
    expect(await apply("set-up", { [shown.file]: shown.seen })).toMatchObject({
      ok: true,
      value: [{ did: "refused" }],
    });
    expect(await text()).toContain("mine still");
    expect(await text()).not.toContain("cst_");
  });

  it("is revoked by its id, and drifts", async () => {
    const shown = await planned("set-up");
    await apply("set-up", { [shown.file]: shown.seen });
    const [client] = bench.client.state().clients;
    expect(await bench.client.call("clients.remove", { id: client?.id ?? "" }, "window")).toEqual({
      ok: true,
      value: null,
    });
    expect(await cursor()).toMatchObject({ state: "drifted" });
    expect(await bench.client.call("clients.remove", { id: "nobody" }, "window")).toMatchObject({
      ok: false,
      error: { code: "not_found" },
    });
  });

  it("tells of a program that comes with a token that is not known", async () => {
    const { connections } = await until(bench.client, ({ tunnel }) => tunnel.state === "open");
    const headers = { authorization: `Bearer cst_${"a".repeat(43)}`, "content-type": "application/json" };
    const refused = await fetch(connections[0]?.url ?? "", { method: "POST", headers, body: "{}" });
    expect(refused.status).toBe(401);
    const { traffic } = await until(bench.client, (state) => state.traffic.troubles.length > 0);
    expect(traffic.troubles).toMatchObject([{ client: null, code: "token_invalid", times: 1 }]);
  });
});
