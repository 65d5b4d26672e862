import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { sessionPart, sessionsPage, type SessionPart, type SessionView } from "../../../src/shared/audit-sessions.ts";
import { openV1, openV2 } from "../../e2e/mcp-clients.ts";
import { call, openWorld, type World } from "../../support/world.ts";

let world: World;
let auditor: string;
let engineer: string;

/** Two clients of Erin's: one asks, is held and denied, is refused and gets a long answer; the other one asks once. */
beforeAll(async () => {
  world = await openWorld();
  engineer = await world.token("engineer");
  const avery = await world.decider("approver");
  auditor = avery.token;
  const legacy = await openV1(`${world.url}/mcp/customers`, engineer);
  await legacy.call("get_customer", { id: "cus_20417" });
  const held = legacy.call("update_customer", { id: "cus_20417", note: "</script><img onerror=alert(1)>" });
  const refused = expect(held).rejects.toThrow("Not today");
  await avery.decide(await avery.nextPending(), { verdict: "deny", reason: "Not today" });
  await refused;
  await legacy.call("delete_customer", { id: "cus_20417" }).catch(() => undefined);
  await legacy.call("get_customer", { id: "x".repeat(100_000) });
  await legacy.close();
  const modern = await openV2(`${world.url}/mcp/everything`, engineer);
  await modern.call("echo", { message: "hello" });
  await modern.close();
});
afterAll(() => world.close());

async function sessions(query = ""): Promise<readonly SessionView[]> {
  const { status, body } = await call(world.url, auditor, `/v1/audit/sessions${query}`);
  expect(status).toBe(200);
  return sessionsPage.parse(body).sessions;
}

async function part(id: string, query = ""): Promise<SessionPart> {
  const { status, body } = await call(world.url, auditor, `/v1/audit/sessions/${id}${query}`);
  expect(status).toBe(200);
  return sessionPart.parse(body);
}

describe("the gateway's API of sessions", () => {
  it("tells the clients' sessions with what was held and denied in them", async () => {
    const [newest, oldest, ...none] = await sessions();
    expect(none).toEqual([]);
    expect(newest).toMatchObject({ connection: "everything", client: "sdk-v2", calls: 1, held: 0, denied: 0 });
    expect(oldest).toMatchObject({ connection: "customers", client: "sdk-v1", calls: 4, held: 1, denied: 2 });
    expect(oldest).toMatchObject({ name: "Erin Engineer", principalKind: "user", era: "legacy" });
    expect(await sessions("?had=held&person=erin")).toEqual([oldest]);
  });

  it("tells a session's entries in order, its masked payloads and decisions with them, a part at a time", async () => {
    const [session] = await sessions("?connection=customers");
    const id = session?.id ?? "";
    const whole = await part(id);
    expect(whole.next).toBeNull();
    const judged = whole.moments.filter(({ facts }) => facts.method === "tools/call");
    for (const { facts } of judged) expect(facts).toMatchObject({ client: "sdk-v1", session: id });
    expect(judged.map(({ kind, facts }) => `${kind} ${facts.outcome ?? ""}`.trim())).toEqual([
      "call.request",
      "call.response ok",
      "call.request",
      "approval.pending pending",
      "approval.denied denied",
      "call.response denied",
      "call.refused refused",
      "call.request",
      expect.stringMatching(/^call\.response (?:ok|error)$/),
    ]);
    const first = await part(id, "?limit=3");
    const rest = await part(id, `?after=${first.next}`);
    expect([...first.moments, ...rest.moments]).toEqual(whole.moments);
    const denied = whole.moments.find(({ kind }) => kind === "approval.denied");
    expect(denied?.facts.by).toMatch(/approver/);
    expect(await sessions(`?entry=${denied?.entry}`)).toEqual([session]);
  });

  it("tells a long body by its beginning, and whole where that is asked for", async () => {
    const [session] = await sessions("?connection=customers");
    const { moments } = await part(session?.id ?? "");
    const long = moments.find(({ kind, body }) => kind === "call.request" && body.state === "part");
    expect(long?.body).toMatchObject({ state: "part", length: expect.any(Number) });
    const { body } = await call(world.url, auditor, `/v1/audit/entries/${long?.entry}`);
    const { params } = z.object({ params: z.object({ arguments: z.object({ id: z.string() }) }) }).parse(body);
    expect(params.arguments.id).toBe("x".repeat(100_000));
  });

  it("serves nobody but auditors, and records each look", async () => {
    for (const path of ["sessions", "sessions/from-1", "entries/0"])
      expect(await call(world.url, engineer, `/v1/audit/${path}`)).toMatchObject({
        status: 403,
        body: { error: { code: "not_allowed" } },
      });
    const missing = ["sessions/from-999999", "entries/999999", "sessions?limit=0", "sessions?person="];
    const answers = await Promise.all(missing.map((path) => call(world.url, auditor, `/v1/audit/${path}`)));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 400, 400]);
    const { body } = await call(world.url, auditor, "/v1/audit/entries?kind=ledger.read&limit=2");
    const [last] = z.object({ lines: z.array(z.object({ entry: z.number() })) }).parse(body).lines;
    const read = await call(world.url, auditor, `/v1/audit/entries/${last?.entry}`);
    expect(read.body).toMatchObject({ what: "entry", entry: 999_999 });
  });
});
