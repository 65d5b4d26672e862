import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { controlPath } from "../../src/client/control-protocol.ts";
import { connectControl, type Control } from "../../src/client/control.ts";
import { digest } from "../../src/shared/json.ts";
import { openWorkbench, until, type Workbench } from "./workbench.ts";

let bench: Workbench;
let control: Control;
beforeEach(async () => {
  bench = await openWorkbench();
  const found = await connectControl(bench.directory);
  if (found === null) throw new Error("Nobody owns the profile.");
  control = found;
});
afterEach(async () => {
  control.close();
  await bench.close();
});

describe("control socket", () => {
  it("tells the address of a sign-in before its result", async () => {
    const urls: string[] = [];
    expect(await control.ask("signIn", {}, (url) => urls.push(url))).toBeNull();
    expect(urls).toEqual([bench.signIn.url]);
    expect((await control.ask("status", {})).session.state).toBe("signed-in");
  });

  it("passes on why a sign-in failed", async () => {
    bench.signIn.failure = "denied";
    await expect(control.ask("signIn", {})).rejects.toMatchObject({ code: "denied" });
  });

  it("lists, adds and removes clients and opens the tunnel", async () => {
    const added = await control.ask("clients.add", { name: "cursor" });
    expect(added.token).toMatch(/^cst_[\w-]{43}$/);
    expect(await control.ask("clients.list", {})).toMatchObject([{ id: added.id, name: "cursor" }]);
    await control.ask("clients.remove", { id: added.id });
    expect(await control.ask("clients.list", {})).toEqual([]);
    await control.ask("tunnel.open", {});
    expect((await control.ask("status", {})).tunnel.state).toBe("open");
  });

  it("decides with presence cli", async () => {
    await control.ask("signIn", {});
    const approval = await bench.gateway.put({ id: "a1" });
    await until(bench.client, ({ approvals }) => approvals.length === 1);
    const input = {
      id: "a1",
      step: 1,
      verdict: "deny",
      reason: "no",
      digest: await digest(approval.payload),
    };
    expect(await control.call("approvals.decide", input)).toMatchObject({ ok: true, value: { state: "denied" } });
    expect(bench.gateway.decisions[0]?.payload).toMatchObject({ presence: "cli", verdict: "deny" });
  });

  it("tells no number of a critical request, by whichever call", async () => {
    await control.ask("signIn", {});
    const matching = { number: "47", wrong: 0, most: 3 };
    await bench.gateway.put({ id: "a1", relation: "requester", risk: "critical", matching });
    await until(bench.client, ({ approvals }) => approvals.length === 1);
    const status = await control.ask("status", {});
    const shown = await control.call("history.show", { id: "a1" });
    expect(status.approvals).toMatchObject([{ id: "a1", matching: { number: null } }]);
    expect(shown).toMatchObject({ ok: true, value: { approval: { id: "a1", matching: { number: null, most: 3 } } } });
    expect(JSON.stringify([status, shown])).not.toContain('"47"');
  });

  it("lets nobody claim to sit before the window", async () => {
    const claim = { call: "session.signOut", input: {}, presence: "window" as "cli" };
    await expect(control.ask("call", claim)).rejects.toMatchObject({ code: "bad_request" });
  });

  it("refuses what is no command or not of its shape", async () => {
    await expect(control.ask("consoleLink", {})).rejects.toMatchObject({ code: "not_running" });
    await expect(control.ask("clients.remove", { id: "nobody" })).rejects.toMatchObject({ code: "not_found" });
    const unknown = control.ask("shutdown" as "status", {});
    await expect(unknown).rejects.toMatchObject({ code: "bad_request" });
    await expect(control.ask("clients.add", {} as { name: string })).rejects.toMatchObject({ code: "bad_request" });
    const claim = { call: "session.signOut", input: {}, presence: "authenticator" as "cli" };
    await expect(control.ask("call", claim)).rejects.toMatchObject({ code: "bad_request" });
    await expect(control.ask("call", { call: "toString", input: {}, presence: "cli" })).rejects.toMatchObject({
      code: "bad_request",
    });
  });

  it.each(["not JSON\n", "x".repeat(300_000), '{"id":"one","command":"status","input":{}}\n', "[]\n"])(
    "hangs up on %.30j",
    async (bytes) => {
      const socket = createConnection(join(bench.directory, "control.sock"));
      socket.on("error", () => undefined);
      socket.write(bytes);
      await new Promise((resolve) => socket.on("close", resolve));
      expect((await control.ask("status", {})).session.state).toBe("signed-out");
    },
  );

  it("runs nothing that stands behind a line that is no command", async () => {
    const socket = createConnection(join(bench.directory, "control.sock"));
    socket.on("error", () => undefined);
    const smuggled = { id: 1, command: "clients.add", input: { name: "smuggled" } };
    socket.write(`POST / HTTP/1.1\n${JSON.stringify(smuggled)}\n`);
    await new Promise((resolve) => socket.on("close", resolve));
    expect(await control.ask("clients.list", {})).toEqual([]);
  });

  it("says so where the owner is of another version, as after an update", async () => {
    const directory = await mkdtemp(join(tmpdir(), "countersign-older-"));
    const older = createServer((socket) => {
      socket.on("data", () => socket.write(`${JSON.stringify({ id: 1, result: { ok: true, value: { old: 1 } } })}\n`));
    });
    older.listen(await controlPath(directory));
    await once(older, "listening");
    const asking = await connectControl(directory);
    await expect(asking?.ask("status", {})).rejects.toMatchObject({
      code: "profile_in_use",
      message: expect.stringContaining("of another version"),
    });
    asking?.close();
    older.close();
    await rm(directory, { recursive: true });
  });

  it("says so when the owner ends before it has answered", async () => {
    bench.signIn.browser = new Promise(() => undefined);
    const waiting = control.ask("signIn", {});
    await until(bench.client, ({ session }) => session.state === "signing-in" && session.url !== null);
    await Promise.all([expect(waiting).rejects.toMatchObject({ code: "not_running" }), bench.client.close()]);
    expect(await connectControl(bench.directory)).toBeNull();
  });
});
