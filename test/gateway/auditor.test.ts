import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decisionType, type ApprovalView } from "../../src/shared/approval.ts";
import { approving, enrolDevice, type Device } from "../support/device.ts";
import { call } from "../support/world.ts";
import { openGrantGround, type GrantGround } from "./grants/grant-ground.ts";
import { enrolGranter } from "./grants/granter.ts";

let ground: GrantGround;
/** Has the role auditor alone, and a device that signs. */
let auditor: string;
let device: Device;
let held: ApprovalView;
let grant: string;

beforeAll(async () => {
  ground = await openGrantGround();
  auditor = await ground.token("audrey", ["auditors"]);
  device = await enrolDevice(ground.url, auditor, () => Date.now() + ground.clock.aheadMs);
  const granted = await ground.held({ path: "/srv/granted" });
  expect(await ground.approver.approveAndGrant(granted)).toMatchObject({ status: 200 });
  grant = (await ground.grants())[0]?.id ?? "";
  held = await ground.held({ path: "/srv/held" });
});
afterAll(() => ground.close());

async function ask(path: string, body?: object, token = auditor) {
  const answer = await call(ground.url, token, path, body);
  const { error } = answer.body as { readonly error?: { readonly code: string } };
  return { status: answer.status, code: error?.code ?? null, body: answer.body };
}

/** Each change that the API knows, with the code of its refusal. */
const changes: readonly (readonly [endpoint: string, code: string, send: () => Promise<readonly [string, object]>])[] =
  [
    [
      "POST /v1/approvals/ID/decision",
      "not_approver",
      async () => {
        const payload = await approving(ground.url, held, () => Date.now() + ground.clock.aheadMs);
        return [`/v1/approvals/${held.id}/decision`, { decision: await device.sign(decisionType, payload) }];
      },
    ],
    ["POST /v1/approvals/ID/withdraw", "not_allowed", async () => [`/v1/approvals/${held.id}/withdraw`, {}]],
    ["POST /v1/grants/ID/revoke", "not_allowed", async () => [`/v1/grants/${grant}/revoke`, {}]],
    [
      "POST /v1/tools/accept",
      "not_allowed",
      async () => ["/v1/tools/accept", { connection: "target", tool: "write_it", fingerprint: held.fingerprint }],
    ],
    [
      "POST /v1/revocations of a person",
      "not_allowed",
      async () => ["/v1/revocations", { kind: "principal", id: held.requester.id }],
    ],
    [
      "POST /v1/revocations of another's device",
      "not_found",
      async () => ["/v1/revocations", { kind: "device", id: held.device ?? "dev_1" }],
    ],
    [
      "POST /v1/revocations/lift",
      "not_allowed",
      async () => ["/v1/revocations/lift", { kind: "principal", id: held.requester.id }],
    ],
    ["POST /v1/holds", "not_allowed", async () => ["/v1/holds", { name: "case", reason: "x", connection: "target" }]],
    ["POST /v1/holds/lift", "not_allowed", async () => ["/v1/holds/lift", { name: "case", reason: "x" }]],
    ["POST /v1/erasures", "not_allowed", async () => ["/v1/erasures", { reason: "x", connection: "target" }]],
  ];

describe("who has the role auditor alone", () => {
  it.each<readonly [string, () => string]>([
    ["any approval", () => `/v1/approvals/${held.id}`],
    ["what else is known of it", () => `/v1/approvals/${held.id}/context`],
    ["everybody's grants", () => "/v1/grants"],
    ["what targets declare", () => "/v1/tools"],
    ["another's devices", () => `/v1/devices?principal=${encodeURIComponent(held.requester.id)}`],
    ["legal holds", () => "/v1/holds"],
    ["entries of the ledger", () => "/v1/audit/entries?tool=write_it"],
    ["one of them", () => "/v1/audit/entries/0/about"],
    ["its body", () => "/v1/audit/entries/0"],
    ["what went on", () => "/v1/audit/activity?from=0&to=3600000&by=tool"],
    ["sessions", () => "/v1/audit/sessions"],
  ])("sees %s", async (_what, path) => {
    expect(await ask(path())).toMatchObject({ status: 200 });
  });

  it.each<readonly [string, number, string]>([
    ["/v1/audit/activity?from=5&to=1&by=tool", 400, "bad_request"],
    ["/v1/audit/activity?from=0&to=99999999999&by=tool&step=hour", 400, "bad_request"],
    ["/v1/audit/activity?from=0&to=3600000&by=device", 400, "bad_request"],
    ["/v1/audit/entries?counted=all", 400, "bad_request"],
    ["/v1/audit/entries/999999/about", 404, "not_found"],
    ["/v1/audit/entries/-1/about", 404, "not_found"],
  ])("is told what is wrong with %s (%i %s)", async (path, status, code) => {
    expect(await ask(path)).toMatchObject({ status, code });
  });

  it("sees a held call as an onlooker, and a grant of others", async () => {
    expect(await ask(`/v1/approvals/${held.id}`)).toMatchObject({ body: { approval: { relation: "observer" } } });
    expect(await ask("/v1/grants")).toMatchObject({ body: { grants: [{ id: grant, relation: "observer" }] } });
  });

  it.each(changes)("is refused at %s (%s)", async (_endpoint, code, send) => {
    expect(await ask(...(await send()))).toMatchObject({ code });
  });

  it("has changed nothing by any of it", async () => {
    expect((await ground.grants())[0]).toMatchObject({ id: grant, state: "live" });
    expect(await ask(`/v1/approvals/${held.id}`)).toMatchObject({ body: { approval: { state: "pending" } } });
  });

  it("is looked at for every change that the API knows, but those of one's own session and devices", async () => {
    const source = await readFile(new URL("../../src/gateway/api.ts", import.meta.url), "utf8");
    const named = [...source.matchAll(/case ["`]((?:POST|PUT|PATCH|DELETE) [^"`]+)["`]/g)].map(
      ([, name]) => name ?? "",
    );
    const own = ["POST ${gatewaySessionPath}", "DELETE ${gatewaySessionPath}", "POST /v1/devices"];
    const looked = new Set(changes.map(([name]) => name.replace(/ of .*/, "")));
    expect(named.filter((name) => !own.includes(name) && !looked.has(name))).toEqual([]);
    // By pattern: a decision, a withdrawal, a grant's revocation, and a device's confirmation, which is one's own.
    expect(source.match(/request\.method === "(?!GET)/g)).toHaveLength(4);
  });
});

describe("others", () => {
  it.each([
    "/v1/tools",
    "/v1/devices?principal=staff%3Aerin",
    "/v1/holds",
    "/v1/audit/entries",
    "/v1/audit/entries/0/about",
    "/v1/audit/entries/0",
    "/v1/audit/activity?from=0&to=3600000&by=tool",
    "/v1/audit/sessions",
  ])("without a role may not read %s", async (path) => {
    expect(await ask(path, undefined, ground.approver.token)).toMatchObject({ status: 403, code: "not_allowed" });
  });

  it("an approver who is an auditor too decides, by the rule's approvers", async () => {
    const both = await enrolGranter(
      ground.url,
      await ground.token("bo", ["approvers", "auditors"]),
      () => ground.clock.aheadMs,
    );
    const { decision } = await both.body(held);
    expect(await ask(`/v1/approvals/${held.id}/decision`, { decision }, both.token)).toMatchObject({
      status: 200,
      body: { approval: { state: "approved", decision: { by: { name: expect.any(String) } } } },
    });
  });

  it("each look of an auditor is an entry with their name", async () => {
    const looks = ground.ledger().filter(({ kind }) => kind === "ledger.read");
    const what = looks.map(({ body }) => JSON.parse(body) as { readonly principal: string; readonly what: string });
    expect(new Set(what.map((each) => each.what))).toEqual(new Set(["search", "entry", "activity", "sessions"]));
    expect(what.every(({ principal }) => principal === "staff:audrey")).toBe(true);
  });
});
