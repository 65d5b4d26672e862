import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { signInDemand } from "../../../src/shared/sign-in-demand.ts";
import { modernRequest, openGround, post, result, type Ground } from "./ground.ts";

const rules: JsonObject[] = [
  { name: "fresh", tools: ["fresh"], effect: "allow", signIn: { within: "15m" } },
  { name: "strong", tools: ["strong"], effect: "allow", signIn: { acr: ["urn:example:mfa", "phr"] } },
  { name: "by key", tools: ["keyed"], effect: "allow", signIn: { methods: ["hwk"] } },
  { name: "held", tools: ["held"], effect: "approve", approvers: ["approvers"], signIn: { within: "15m" } },
  { name: "watched", resources: ["watched://*"], effect: "allow", signIn: { within: "15m" } },
  { name: "plain", tools: ["plain"], effect: "allow" },
];
const tools = ["fresh", "strong", "keyed", "held", "plain"].map((name) => ({ name, inputSchema: { type: "object" } }));
const minute = 60;

let ground: Ground & { close(): Promise<void> };
/** Names of the tools that the target ran. */
const ran: string[] = [];

beforeAll(async () => {
  ground = await openGround((_request, response, body) => {
    const { method, params } = JSON.parse(body) as { method: string; params: { name: string } };
    if (method === "tools/call") ran.push(params.name);
    const answer = result(body, method === "tools/list" ? { tools } : { content: [] });
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  }, rules);
});
afterAll(() => ground.close());

/** A token of a person who signed in so many seconds ago. */
function signedIn(agoS: number, more: JsonObject = {}): Promise<string> {
  const authTime = Math.floor(Date.now() / 1000) - agoS;
  return ground.token("erin", ["engineers"], "app", undefined, { auth_time: authTime, ...more });
}

async function calling(token: string, tool: string, id: string | number = 1) {
  const before = ran.length;
  const answer = await post(ground, token, modernRequest(id, "tools/call", { name: tool, arguments: {} }));
  const body = (await answer.json()) as {
    result?: JsonObject;
    error?: { code: number; message: string; data: JsonObject };
  };
  return { status: answer.status, challenge: answer.headers.get("www-authenticate"), ...body, ran: ran.slice(before) };
}

describe("a rule that asks for a sign-in", () => {
  it.each<[string, string, () => Promise<string>]>([
    ["a fresh one where a fresh one is asked for", "fresh", () => signedIn(14 * minute)],
    ["a class that is asked for", "strong", () => signedIn(0, { acr: "phr" })],
    ["a method that is asked for", "keyed", () => signedIn(0, { amr: ["pwd", "hwk"] })],
    ["any where none is asked for", "plain", () => signedIn(90 * minute)],
  ])("lets %s through", async (_name, tool, token) => {
    expect(await calling(await token(), tool)).toMatchObject({ status: 200, result: {}, ran: [tool] });
  });

  it.each<[string, string, () => Promise<string>, string]>([
    ["an old one", "fresh", () => signedIn(16 * minute), "age"],
    ["one that doesn't say when", "fresh", () => signedIn(0, { auth_time: undefined as never }), "age"],
    ["another class", "strong", () => signedIn(0, { acr: "urn:example:pwd" }), "acr"],
    ["a class in Entra's claim, of another issuer", "strong", () => signedIn(0, { acrs: ["phr"] }), "acr"],
    ["other methods", "keyed", () => signedIn(0, { amr: ["pwd"] }), "methods"],
    ["methods that are no list", "keyed", () => signedIn(0, { amr: "hwk" }), "methods"],
    ["an old one of a call that would be held", "held", () => signedIn(16 * minute), "age"],
  ])("challenges %s, and forwards nothing", async (_name, tool, token, lacks) => {
    const { status, challenge, error, ran: forwarded } = await calling(await token(), tool);
    expect(status).toBe(401);
    expect(challenge).toMatch(/^Bearer error="insufficient_user_authentication", /);
    expect(error?.code).toBe(-32_060);
    expect(signInDemand.parse(error?.data)).toMatchObject({ lacks });
    expect(forwarded).toEqual([]);
  });

  it.each([40_000, 300_000])("challenges a call whose id alone has %d characters as any other", async (length) => {
    const told = await calling(await signedIn(16 * minute), "fresh", "i".repeat(length));
    expect(told).toMatchObject({ status: 401, challenge: expect.stringContaining("max_age"), ran: [] });
    expect(told.error?.code).toBe(-32_060);
  });

  it("says in the challenge what a new token must bring (RFC 9470, section 3)", async () => {
    const { challenge } = await calling(await signedIn(16 * minute), "fresh");
    expect(challenge).toMatch(/, max_age="900"$/);
    const { challenge: strong } = await calling(await signedIn(0), "strong");
    expect(strong).toMatch(/, acr_values="urn:example:mfa phr"$/);
    expect(strong).not.toContain("max_age");
  });

  it("opens no approval for a call whose sign-in is too old", () => {
    expect(ground.ledger().filter(({ kind }) => kind === "approval.requested")).toEqual([]);
  });

  it("looks at each request anew: what was fresh grows old on the gateway's clock", async () => {
    const token = await signedIn(10 * minute);
    expect(await calling(token, "fresh")).toMatchObject({ status: 200 });
    ground.clock.aheadMs = 6 * minute * 1000;
    expect(await calling(token, "fresh")).toMatchObject({ status: 401 });
    ground.clock.aheadMs = 0;
  });

  it("refuses a sign-in that is still to come", async () => {
    expect((await calling(await signedIn(-10 * minute), "fresh")).status).toBe(401);
    expect((await calling(await signedIn(-10 * minute), "plain")).status).toBe(401);
  });

  it("refuses a service, which can't sign in anew, without a challenge", async () => {
    const token = await ground.token("app", ["engineers"]);
    const { status, challenge, error } = await calling(token, "fresh");
    expect({ status, challenge, data: error?.data }).toEqual({
      status: 200,
      challenge: null,
      data: { code: "person_needed", rule: "fresh" },
    });
  });

  it("refuses a subscription to what it asks that for", async () => {
    const listen = { notifications: { resourceSubscriptions: ["watched://one"] } };
    const answer = await post(ground, await signedIn(16 * minute), modernRequest(2, "subscriptions/listen", listen));
    expect((await answer.json()) as object).toMatchObject({ error: { code: -32_060, data: { lacks: "age" } } });
  });

  it("shows the tool in lists: a sign-in is all that it takes", async () => {
    const answer = await post(ground, await signedIn(16 * minute), modernRequest(3, "tools/list", {}));
    const { result: list } = (await answer.json()) as { result: { tools: { name: string }[] } };
    expect(list.tools.map(({ name }) => name)).toContain("fresh");
  });

  it("has the ledger tell what was asked, what the sign-in showed, and which call it let through", () => {
    const entries = ground
      .ledger()
      .map(({ kind, body }): JsonObject => ({ kind, ...(JSON.parse(body) as JsonObject) }))
      .filter((entry) => entry["name"] === "strong");
    const asked = "a sign-in, with acr urn:example:mfa or phr";
    expect(entries.map(({ kind, signIn }) => ({ kind, signIn }))).toContainEqual({
      kind: "call.request",
      signIn: { asked, atMs: expect.any(Number) as number, acr: ["phr"], methods: [] },
    });
    expect(entries.map(({ kind, signIn, code }) => ({ kind, signIn, code }))).toContainEqual({
      kind: "call.refused",
      signIn: { asked, atMs: expect.any(Number) as number, acr: ["urn:example:pwd"], methods: [] },
      code: -32_060,
    });
  });
});
