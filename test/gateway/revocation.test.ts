import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DeviceView } from "../../src/shared/device.ts";
import { eventually } from "../support/eventually.ts";
import { install } from "../support/gateway-session.ts";
import { installClient, type InstalledClient } from "../support/installed-client.ts";
import { until } from "../client/workbench.ts";
import { openGround, result, type Ground } from "./mcp/ground.ts";

let ground: Ground & { close(): Promise<void> };
let admin: string;
let installed: InstalledClient;

beforeAll(async () => {
  ground = await openGround((request, response, body) => {
    if (request.method === "GET") {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      return;
    }
    const { method } = JSON.parse(body) as { method: string };
    const tools = [{ name: "slow_thing", inputSchema: { type: "object" } }];
    const value = method === "tools/list" ? { tools } : { content: [{ type: "text", text: "done" }] };
    response.writeHead(200, { "content-type": "application/json" }).end(result(body, value));
  });
  await ground.reload((config) => {
    config.accepts = "sessions";
    config.approvals = { budget: "5m" };
  });
  admin = (await asSession("ada", ["admins"])).name;
});
afterAll(() => ground.close());

/** People whose requests come in sessions of their own, by name. */
const people = new Map<string, Awaited<ReturnType<typeof openPerson>>>();
async function openPerson(name: string, groups: readonly string[]) {
  const token = await ground.token(name, groups);
  return { name, token, session: await (await install(ground.url, token)).begin() };
}
async function asSession(name: string, groups: readonly string[] = ["engineers"]) {
  const person = await openPerson(name, groups);
  people.set(name, person);
  return person;
}

async function api(
  who: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const method = body === undefined ? "GET" : "POST";
  const headers = { ...people.get(who)?.session.headers(method, path), "content-type": "application/json" };
  const answer = await fetch(`${ground.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const revoke = (who: string, kind: string, id: string) => api(who, "/v1/revocations", { kind, id });
const refused = (code: string) => ({ body: { error: { code } } });
const kinds = () => ground.ledger().map(({ kind }) => kind);

const sessionOf = async () => {
  const { devices } = (await api(admin, "/v1/devices?principal=staff:erin")).body as { devices: DeviceView[] };
  const state = installed.client.state().session;
  const device = devices.find(({ id }) => state.state === "signed-in" && id === state.device);
  if (device === undefined) throw new Error("the device is not listed");
  return device;
};
const needsSignIn = () => until(installed.client, ({ session }) => session.state === "needs-sign-in");

describe("a revocation", () => {
  let held: Promise<unknown>;
  beforeEach(async () => {
    installed = await installClient(ground);
    const at = String(Math.random());
    held = installed.call("slow_thing", { at });
    // Where a test leaves it waiting, it ends with the client.
    held.catch(() => undefined);
    await until(installed.client, ({ approvals }) => JSON.stringify(approvals).includes(at));
    return () => installed.close();
  });
  const over = { error: { code: -32059, data: { code: "revoked" } } };

  it("of a principal ends stream, held call and approval at once, refuses every way back, and outlives a restart", async () => {
    expect(await revoke(admin, "principal", "staff:erin")).toMatchObject({ status: 200 });
    expect(await held).toMatchObject(over);
    const { session } = await needsSignIn();
    expect(session).toMatchObject({ error: { code: "revoked" } });
    expect(kinds()).toEqual(expect.arrayContaining(["principal.revoked", "approval.withdrawn"]));
    expect(await installed.call("get_one")).toMatchObject({ error: { data: { code: "reauthentication_needed" } } });
    await ground.restart();
    await asSession("ada", ["admins"]);
    expect(await installed.client.call("session.signIn", {}, "window")).toMatchObject({
      ok: false,
      error: { code: "revoked" },
    });
    await expect(asSession("erin")).rejects.toThrow();
    expect(await api(admin, "/v1/revocations/lift", { kind: "principal", id: "staff:erin" })).toMatchObject({
      status: 200,
    });
    expect(await installed.client.call("session.signIn", {}, "window")).toMatchObject({ ok: true });
    expect(await installed.call("get_one")).toMatchObject({ result: {} });
  });

  it("of a device ends what it has, and its key is enrolled for nobody again; the person's other devices go on", async () => {
    await asSession("erin");
    const { id } = await sessionOf();
    expect(await revoke("erin", "device", id)).toMatchObject({ status: 200 });
    expect(await held).toMatchObject(over);
    expect((await needsSignIn()).session).toMatchObject({ error: { code: "unknown_device" } });
    const { devices } = (await api("erin", "/v1/devices")).body as { devices: DeviceView[] };
    expect(devices).toHaveLength(devices.filter((device) => device.id !== id).length);
    expect(devices.filter(({ isThis }) => isThis)).toHaveLength(1);
    expect(await installed.client.call("session.signIn", {}, "window")).toMatchObject({ error: { code: "revoked" } });
    expect(await revoke("erin", "device", id)).toMatchObject({ status: 404, ...refused("not_found") });
  });

  it("of a session ends it, and its device begins another only after a new sign-in", async () => {
    const [session = ""] = (await sessionOf()).sessions;
    expect(await revoke(admin, "session", session)).toMatchObject({ status: 200 });
    expect(await held).toMatchObject(over);
    expect((await needsSignIn()).session).toMatchObject({ error: { code: "revoked" } });
    expect(ground.ledger().findLast(({ kind }) => kind === "gateway-session.revoked")?.body).toContain(session);
    ground.clock.aheadMs += 2000;
    expect(await installed.client.call("session.signIn", {}, "window")).toMatchObject({ ok: true });
    expect(await installed.call("get_one")).toMatchObject({ result: {} });
  });

  it("is for the role admin, or one's own device and session", async () => {
    await asSession("mallory");
    const { id, sessions } = await sessionOf();
    const [session = ""] = sessions;
    expect(await revoke("mallory", "principal", "staff:erin")).toMatchObject({
      status: 403,
      ...refused("not_allowed"),
    });
    expect(await revoke("mallory", "device", id)).toMatchObject({ status: 404 });
    expect(await revoke("mallory", "session", session)).toMatchObject({ status: 404 });
    expect(await api("mallory", "/v1/devices?principal=staff:erin")).toMatchObject({ status: 403 });
    expect(await revoke(admin, "principal", "nowhere:erin")).toMatchObject({ status: 404 });
    expect(await api(admin, "/v1/revocations/lift", { kind: "principal", id: "staff:erin" })).toMatchObject({
      status: 404,
    });
    await installed.client.call("session.signOut", {}, "window");
    await eventually(() => expect(kinds()).toContain("gateway-session.ended"));
  });
});
