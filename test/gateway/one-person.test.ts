import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApprovalView } from "../../src/shared/approval.ts";
import { eventually } from "../support/eventually.ts";
import { sign, signingKey, startLocalIssuer, type LocalIssuer, type SigningKey } from "./identity/local-issuer.ts";
import { enrolGranter } from "./grants/granter.ts";
import { modernRequest, openGround, post, result, type Ground } from "./mcp/ground.ts";
import { takeSeat, type Answered, type Seat } from "./seat.ts";

/** One person at two issuers: what is done under one identity holds under the other. */
let ground: Ground & { close(): Promise<void> };
let other: LocalIssuer;
let key: SigningKey;
let admin: Seat;
let calls = 0;

beforeAll(async () => {
  other = await startLocalIssuer();
  key = await signingKey("other");
  other.state.keys = [key.publicJwk];
  ground = await openGround(
    (_request, response, body) => {
      const { method } = JSON.parse(body) as { method: string };
      const tools = [{ name: "slow_thing", inputSchema: { type: "object" } }];
      const value = method === "tools/list" ? { tools } : { content: [] };
      response.writeHead(200, { "content-type": "application/json" }).end(result(body, value));
    },
    [
      {
        name: "held",
        tools: ["slow_*"],
        effect: "approve",
        approvers: ["approvers"],
        grants: { longest: "1h", mostUses: 3, constraints: ["equal", "any"] },
      },
    ],
  );
  await ground.reload((config) => {
    (config["issuers"] as object[]).push({
      name: "partner",
      kind: "oidc",
      issuer: other.origin,
      audience: "gateway",
      clients: ["app"],
    });
    const identities = Array.from({ length: 20 }, (_, n) => [`staff:pat-${n}`, `partner:pat-${n}`]);
    Object.assign(config, { identities, devices: { secondWaits: true }, approvals: { budget: "5m" } });
  });
  admin = await takeSeat(ground.url, await ground.token("ada", ["admins"]));
});
afterAll(async () => {
  await ground.close();
  await other.close();
});

let people = 0;
const partnerToken = (name: string, groups: readonly string[]) => {
  const nowS = Math.floor(Date.now() / 1000);
  const whose = { iss: other.origin, aud: "gateway", sub: name, client_id: "app", groups: [...groups] };
  return sign(
    key,
    { ...whose, iat: nowS, auth_time: nowS, exp: nowS + 3600, jti: String(Math.random()) },
    { typ: "at+jwt" },
  );
};

interface Pair {
  readonly ids: readonly [string, string];
  readonly tokens: readonly [string, string];
  /** One seat at each issuer, the staff's first. */
  readonly staff: Seat;
  readonly partner: Seat;
}
async function pair(groups: readonly string[] = ["approvers"]): Promise<Pair> {
  const name = `pat-${(people += 1)}`;
  const tokens = [await ground.token(name, groups), await partnerToken(name, groups)] as const;
  const staff = await takeSeat(ground.url, tokens[0]);
  return { ids: [`staff:${name}`, `partner:${name}`], tokens, staff, partner: await takeSeat(ground.url, tokens[1]) };
}

async function held(token: string): Promise<ApprovalView> {
  calls += 1;
  const at = `call ${calls}`;
  void post(ground, token, modernRequest(calls, "tools/call", { name: "slow_thing", arguments: { at } })).catch(
    () => undefined,
  );
  return eventually(async () => {
    const answer = await fetch(`${ground.url}/v1/approvals?state=pending`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { approvals } = (await answer.json()) as { approvals: ApprovalView[] };
    const found = approvals.find(({ payload }) => JSON.stringify(payload).includes(`"${at}"`));
    if (found === undefined) throw new Error("nothing waits yet");
    return found;
  });
}

type Deed = (pair: Pair) => Promise<Answered | number | string>;
const codeOf = async (answer: ReturnType<Deed>) => {
  const found = await answer;
  return typeof found === "object" ? found.code : found;
};
const confirm = (by: Seat, whose: Seat) => by.ask(`/v1/devices/${whose.id}/confirm`, {});
const revoke = (by: Seat, kind: string, id: string) => by.ask("/v1/revocations", { kind, id });
const lift = (id: string) => admin.ask("/v1/revocations/lift", { kind: "principal", id });

describe("who has two identities is one person:", () => {
  it.each<[string, Deed, string | number | null]>([
    ["the device of one is listed for the other", async ({ partner }) => (await partner.devices()).length, 2],
    [
      "the second waits for the first's",
      ({ partner, staff }) => confirm(partner, staff).then(() => confirm(partner, partner)),
      "device_waits",
    ],
    [
      "decides nothing until then",
      async ({ partner }) => partner.decide(await held(await ground.token("erin", []))),
      "device_waits",
    ],
    ["and is let decide by the first's", ({ staff, partner }) => confirm(staff, partner), null],
    [
      "then decides as its own identity",
      async ({ staff, partner }) => {
        await confirm(staff, partner);
        return partner.decide(await held(await ground.token("erin", [])));
      },
      null,
    ],
    [
      "one decides for both",
      async ({ staff, partner }) => {
        await confirm(staff, partner);
        const approval = await held(await ground.token("erin", []));
        await staff.decide(approval);
        return partner.decide(approval);
      },
      "already_decided",
    ],
    [
      "nobody decides on what their other identity asked",
      async ({ staff, tokens }) => staff.decide(await held(tokens[1])),
      "self_approval",
    ],
    ["one removes the other's device", ({ staff, partner }) => revoke(staff, "device", partner.id), null],
    [
      "and ends the other's session",
      ({ staff, partner }) => revoke(staff, "session", partner.session.begun.session),
      null,
    ],
    [
      "one revokes the grant that the other holds",
      async ({ staff, tokens }) => {
        const granter = await enrolGranter(ground.url, await ground.token(`granter-${people}`, ["approvers"]));
        const constraints = [{ argument: "at", constraint: "any" }] as const;
        const granted = await granter.approveAndGrant(await held(tokens[1]), { constraints });
        expect(granted.status).toBe(200);
        const { grants } = (await staff.ask("/v1/grants")).body as {
          grants: { id: string; principal: { id: string } }[];
        };
        const mine = grants.find(({ principal }) => principal.id === `partner:pat-${people}`);
        return staff.ask(`/v1/grants/${mine?.id}/revoke`, {});
      },
      null,
    ],
    [
      "revoked as one, refused as the other",
      async ({ ids, partner }) => {
        expect(await revoke(admin, "principal", ids[0])).toMatchObject({ code: null });
        return partner.ask("/v1/me", undefined, "bearer");
      },
      "revoked",
    ],
    [
      "whose session has ended",
      async ({ ids, staff }) => {
        await revoke(admin, "principal", ids[1]);
        return staff.ask("/v1/me");
      },
      "session_unknown",
    ],
    [
      "and lets neither enrol another device",
      async ({ ids, tokens }) => {
        await revoke(admin, "principal", ids[1]);
        return takeSeat(ground.url, tokens[0]).then(
          () => "enrolled",
          (error: unknown) => (error as { code?: string }).code ?? String(error),
        );
      },
      "revoked",
    ],
    [
      "let in again as either, as both",
      async ({ ids, partner }) => {
        await revoke(admin, "principal", ids[0]);
        expect(await lift(ids[1])).toMatchObject({ code: null });
        return partner.ask("/v1/me", undefined, "bearer");
      },
      null,
    ],
    [
      "also where each was revoked by itself",
      async ({ ids, partner }) => {
        await revoke(admin, "principal", ids[0]);
        await revoke(admin, "principal", ids[1]);
        await lift(ids[0]);
        return partner.ask("/v1/me", undefined, "bearer");
      },
      null,
    ],
  ])("%s", async (_what, deed, code) => {
    expect(await codeOf(deed(await pair()))).toBe(code);
  });
});

describe("whose issuer is taken out of gateway.yaml", () => {
  it("has their held calls ended at once, which nobody's approval runs any more", async () => {
    const approver = await takeSeat(ground.url, await ground.token("avery", ["approvers"]));
    const token = await partnerToken("guest", []);
    calls += 1;
    const at = `call ${calls}`;
    const answer = post(ground, token, modernRequest(calls, "tools/call", { name: "slow_thing", arguments: { at } }));
    const approval = await eventually(async () => {
      const found = (await approver.pending()).find(({ payload }) => JSON.stringify(payload).includes(`"${at}"`));
      if (found === undefined) throw new Error("nothing waits yet");
      return found;
    });
    await ground.reload((config) => {
      (config["issuers"] as object[]).pop();
      config["identities"] = [];
    });
    expect(await (await answer).text()).toContain('"code":"revoked"');
    Object.assign(approver.session, await approver.installation.begin());
    await approver.decide(approval);
    expect(ground.target.seen.filter(({ body }) => body.includes("tools/call") && body.includes(`"${at}"`))).toEqual(
      [],
    );
  });
});
