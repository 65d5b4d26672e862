import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDevice } from "../../src/client/device.ts";
import { enrolDevice } from "../support/device.ts";
import { eventually } from "../support/eventually.ts";
import { exchanging, install } from "../support/gateway-session.ts";
import { modernRequest, openGround, post, result, type Ground } from "./mcp/ground.ts";
import { takeSeat, type Seat } from "./seat.ts";

let ground: Ground & { close(): Promise<void> };
let admin: Seat;

beforeAll(async () => {
  ground = await openGround((_request, response, body) => {
    response.writeHead(200, { "content-type": "application/json" }).end(result(body, { content: [] }));
  });
  await ground.reload((config) => void (config["roles"] = { admin: ["admins"], auditor: ["auditors"] }));
  admin = await takeSeat(ground.url, await ground.token("ada", ["admins"]));
});
afterAll(() => ground.close());

const statusOf = async (answer: Promise<Response>) => (await answer).status;

describe("whoever has a copy of a person's provider token", () => {
  it("hides what it does with a session's token behind no noise that it makes from the same address", async () => {
    const { session } = await takeSeat(ground.url, await ground.token("noted", ["engineers"]));
    for (let n = 0; n < 40; n += 1) expect(await statusOf(fetch(`${ground.url}/v1/me`))).toBe(401);
    const { authorization = "" } = session.headers("GET", "/v1/me");
    expect(await statusOf(fetch(`${ground.url}/v1/me`, { headers: { authorization } }))).toBe(401);
    const told = ground.ledger().filter(({ kind, body }) => kind === "auth.refused" && body.includes("proof_missing"));
    expect(told.map(({ body }) => JSON.parse(body) as object)).toMatchObject([{ session: session.begun.session }]);
  });

  it("keeps them from no session of their own, however many proofs by other keys it sends", async () => {
    const token = await ground.token("victim", ["engineers"]);
    const victim = await install(ground.url, token);
    const thief = exchanging(ground.url, token, await openDevice(null, ground.url, "thief"));
    await thief.exchange();
    for (let n = 0; n < 21; n += 1)
      expect(await Promise.all(Array.from({ length: 10 }, () => statusOf(thief.exchange())))).toEqual(
        Array.from({ length: 10 }, () => 403),
      );
    expect((await victim.begin()).begun.session).toMatch(/^gs_/);
  });
});

describe("another device of the same person, which whoever has their sign-in enrolled", () => {
  it("drives none of the first's sessions out, however many it begins, and uses up none of its proofs", async () => {
    const token = await ground.token("vera", ["engineers"]);
    const first = await takeSeat(ground.url, token);
    const second = await install(ground.url, token);
    await second.begin();
    for (let n = 0; n < 21; n += 1)
      await Promise.all(Array.from({ length: 10 }, () => second.exchange().catch(() => null)));
    expect(await first.ask("/v1/me")).toMatchObject({ code: null });
    expect((await first.installation.begin({ renews: first.session.begun.session })).begun.session).toBe(
      first.session.begun.session,
    );
    const ended = () =>
      ground.ledger().filter(({ kind, body }) => kind === "gateway-session.ended" && body.includes("made room"));
    await eventually(() => expect(ended().length).toBeGreaterThan(0));
  });
});

describe("a principal that is revoked", () => {
  it("gets no session out of an exchange that is under way", async () => {
    const token = await ground.token("mallory", ["engineers"]);
    const mallory = await install(ground.url, token);
    await mallory.begin();
    const exchanges = Array.from({ length: 60 }, () => mallory.begin().catch(() => null));
    const revoked = admin.ask("/v1/revocations", { kind: "principal", id: "staff:mallory" });
    const sessions = await Promise.all(exchanges);
    expect(await revoked).toMatchObject({ code: null });
    const answers = sessions.flatMap((each) =>
      each === null ? [] : [statusOf(fetch(`${ground.url}/v1/me`, { headers: each.headers("GET", "/v1/me") }))],
    );
    expect((await Promise.all(answers)).filter((status) => status === 200)).toEqual([]);
  });

  it("reads no export to its end that it had begun", async () => {
    const engineer = await ground.token("erin", ["engineers"]);
    const padding = "x".repeat(200_000);
    for (let n = 0; n < 60; n += 1) {
      const { headers, body } = modernRequest(n, "tools/call", { name: "get_one", arguments: { n, padding } });
      await (await post(ground, engineer, { headers: headers ?? {}, body })).text();
    }
    const auditor = await takeSeat(ground.url, await ground.token("audrey", ["auditors"]));
    const path = "/v1/audit/export";
    const [answer] = (await once(
      get(`${ground.url}${path}`, { headers: auditor.session.headers("GET", path) }),
      "response",
    )) as [IncomingMessage];
    await once(answer, "readable");
    expect(await admin.ask("/v1/revocations", { kind: "principal", id: "staff:audrey" })).toMatchObject({ code: null });
    await expect(
      (async () => {
        // Slowly: what was sent before the revocation is on its way already.
        for await (const _part of answer) await new Promise((resolve) => setTimeout(resolve, 10));
      })(),
    ).rejects.toMatchObject({ code: "ECONNRESET" });
  });
});

describe("a service", () => {
  it("enrols no device, whatever its token says of a sign-in, and so decides nothing", async () => {
    // A subject that is its own client is a service.
    const token = await ground.token("app", ["approvers"]);
    await expect(enrolDevice(ground.url, token)).rejects.toThrow();
    expect(
      ground.ledger().filter(({ kind, body }) => kind === "device.enrolled" && body.includes("staff:app")),
    ).toEqual([]);
  });
});
