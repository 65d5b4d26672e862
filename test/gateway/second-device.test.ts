import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApprovalView } from "../../src/shared/approval.ts";
import { eventually } from "../support/eventually.ts";
import { enrolGranter } from "./grants/granter.ts";
import { modernRequest, openGround, post, result, type Ground } from "./mcp/ground.ts";
import { takeSeat, type Seat } from "./seat.ts";

let ground: Ground & { close(): Promise<void> };
let engineer: string;
let calls = 0;

beforeAll(async () => {
  ground = await openGround(
    (request, response, body) => {
      if (request.method !== "POST") {
        response.writeHead(405).end();
        return;
      }
      const { method } = JSON.parse(body) as { method: string };
      const tools = [{ name: "slow_thing", inputSchema: { type: "object" } }];
      const value = method === "tools/list" ? { tools } : { content: [] };
      response.writeHead(200, { "content-type": "application/json" }).end(result(body, value));
    },
    [
      { name: "reads", tools: ["get_*"], effect: "allow", readOnly: true },
      {
        name: "held",
        tools: ["slow_*"],
        effect: "approve",
        approvers: ["approvers"],
        grants: { longest: "1h", mostUses: 3 },
      },
    ],
  );
  await ground.reload((config) => {
    config["devices"] = { secondWaits: true };
    config["approvals"] = { budget: "5m" };
  });
  engineer = await ground.token("erin", ["engineers"]);
});
afterAll(() => ground.close());

let people = 0;
/** A new person with as many devices, one after the other. */
async function person<const N extends 1 | 2 | 3>(groups: readonly string[], devices: N): Promise<Seats<N>> {
  people += 1;
  const seats: Seat[] = [];
  for (let n = 0; n < devices; n += 1)
    seats.push(await takeSeat(ground.url, await ground.token(`person-${people}`, groups)));
  return seats as unknown as Seats<N>;
}
interface Lengths {
  readonly 1: readonly [Seat];
  readonly 2: readonly [Seat, Seat];
  readonly 3: readonly [Seat, Seat, Seat];
}
type Seats<N extends keyof Lengths> = Lengths[N];

/** A call of erin's that waits. */
async function held(seat: Seat): Promise<ApprovalView> {
  calls += 1;
  const at = `call ${calls}`;
  void post(ground, engineer, modernRequest(calls, "tools/call", { name: "slow_thing", arguments: { at } })).catch(
    () => undefined,
  );
  return eventually(async () => {
    const found = (await seat.pending()).find(({ payload }) => JSON.stringify(payload).includes(`"${at}"`));
    if (found === undefined) throw new Error("nothing waits yet");
    return found;
  });
}

const entries = (kind: string) =>
  ground
    .ledger()
    .filter((entry) => entry.kind === kind)
    .map(({ body }) => JSON.parse(body) as Record<string, unknown>);
const waits = { status: 403, code: "device_waits" };
const done = { status: 200, code: null };
const waitingOf = async (seat: Seat) => (await seat.devices()).map((device) => device.waits ?? null);

describe("an approver's second device", () => {
  it("reads, calls and shows what waits, and decides nothing until it is confirmed from the first", async () => {
    const [first, second] = await person(["approvers"], 2);
    const approval = await held(second);
    expect(await waitingOf(second)).toEqual([null, "device"]);
    expect(await second.decide(approval)).toMatchObject(waits);
    expect(await second.decide(approval, { verdict: "deny" })).toMatchObject(waits);
    expect(entries("decision.refused").at(-1)).toMatchObject({ approval: approval.id, code: "device_waits" });
    const call = modernRequest("x", "tools/call", { name: "get_one", arguments: {} });
    const answer = await fetch(`${ground.url}/mcp/target`, {
      method: "POST",
      headers: {
        ...call.headers,
        ...second.session.headers("POST", "/mcp/target"),
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify(call.body),
    });
    expect(answer.status).toBe(200);
    expect(await first.ask(`/v1/devices/${second.id}/confirm`, {})).toMatchObject(done);
    expect(entries("device.enrolled").find(({ device }) => device === second.id)).toMatchObject({ waits: true });
    expect(entries("device.confirmed").at(-1)).toMatchObject({ device: second.id, from: first.id });
    expect(await waitingOf(second)).toEqual([null, null]);
    expect(await second.decide(approval)).toMatchObject(done);
  });

  it("neither confirms itself nor another, nor removes what could, nor revokes; the token alone does none of it either", async () => {
    const [first, second, third] = await person(["approvers"], 3);
    const ways: readonly [string, object][] = [
      [`/v1/devices/${second.id}/confirm`, {}],
      [`/v1/devices/${third.id}/confirm`, {}],
      ["/v1/revocations", { kind: "device", id: first.id }],
      ["/v1/revocations", { kind: "session", id: first.session.begun.session }],
      ["/v1/grants/grt_any/revoke", {}],
    ];
    for (const [path, body] of ways) {
      expect([path, await second.ask(path, body)]).toMatchObject([path, waits]);
      expect([path, await second.ask(path, body, "bearer")]).toMatchObject([path, { code: "session_needed" }]);
    }
    expect(entries("request.refused").at(-2)).toMatchObject({ code: "device_waits", device: second.id });
    expect(await waitingOf(first)).toEqual([null, "device", "device"]);
    // What it may end is itself.
    expect(await second.ask("/v1/revocations", { kind: "device", id: second.id })).toMatchObject(done);
    expect(await first.devices()).toHaveLength(2);
  });

  it("grants nothing beside a decision that is refused", async () => {
    const [, second] = await person(["approvers"], 2);
    const approval = await held(second);
    const granter = await enrolGranter(ground.url, second.token);
    expect(await granter.approveAndGrant(approval)).toMatchObject({ body: { error: { code: "device_waits" } } });
    expect(entries("grant.created")).toEqual([]);
  });

  it("waits for an administrator where none that decides is left, removed ones counting as had", async () => {
    const [first, second] = await person(["approvers"], 2);
    const [admin] = await person(["admins"], 1);
    expect(await first.ask("/v1/revocations", { kind: "device", id: first.id })).toMatchObject(done);
    expect(await waitingOf(second)).toEqual(["admin"]);
    const third = await takeSeat(ground.url, second.token);
    expect(await waitingOf(third)).toEqual(["admin", "admin"]);
    expect(await third.ask(`/v1/devices/${second.id}/confirm`, {})).toMatchObject(waits);
    expect(await admin.ask(`/v1/devices/${second.id}/confirm`, {})).toMatchObject(done);
    expect(entries("device.confirmed").at(-1)).toMatchObject({ device: second.id, from: admin.id });
    expect(await waitingOf(third)).toEqual([null, "device"]);
    expect(await second.ask(`/v1/devices/${third.id}/confirm`, {})).toMatchObject(done);
  });

  it("of the only administrator, whose first is gone, is confirmed while the setting is off, and decides once it is on again", async () => {
    const [first, second] = await person(["admins"], 2);
    expect(await first.ask("/v1/revocations", { kind: "device", id: first.id })).toMatchObject(done);
    expect(await second.ask(`/v1/devices/${second.id}/confirm`, {})).toMatchObject(waits);
    await ground.reload((config) => (config["devices"] = { secondWaits: false }));
    expect(await second.ask(`/v1/devices/${second.id}/confirm`, {})).toMatchObject(done);
    await ground.reload((config) => (config["devices"] = { secondWaits: true }));
    expect(await waitingOf(second)).toEqual([null]);
    expect(await second.ask("/v1/revocations", { kind: "principal", id: "staff:somebody" })).toMatchObject(done);
    expect(await second.ask("/v1/revocations/lift", { kind: "principal", id: "staff:somebody" })).toMatchObject(done);
  });

  it("of an administrator does none of an administrator's acts", async () => {
    const [first, second] = await person(["admins"], 2);
    const acts: readonly [string, object][] = [
      ["/v1/tools/accept", { connection: "target", tool: "slow_thing", fingerprint: "x" }],
      ["/v1/revocations", { kind: "principal", id: "staff:somebody" }],
      ["/v1/revocations/lift", { kind: "principal", id: "staff:somebody" }],
      ["/v1/holds", {}],
      ["/v1/erasures", {}],
      [`/v1/devices/${second.id}/confirm`, {}],
    ];
    for (const [path, body] of acts) {
      expect([path, await second.ask(path, body)]).toMatchObject([path, waits]);
      expect([path, await second.ask(path, body, "bearer")]).toMatchObject([path, { code: "session_needed" }]);
    }
    expect(await second.ask("/v1/tools")).toMatchObject(done);
    expect(await first.ask("/v1/revocations", { kind: "principal", id: "staff:somebody" })).toMatchObject(done);
    expect(await first.ask("/v1/revocations/lift", { kind: "principal", id: "staff:somebody" })).toMatchObject(done);
  });

  it("of who decides nothing is not asked about, and waits once they may", async () => {
    const [first, second] = await person([], 2);
    expect(await waitingOf(second)).toEqual([null, null]);
    expect(await second.ask("/v1/revocations", { kind: "session", id: first.session.begun.session })).toMatchObject(
      done,
    );
    const promoted = await ground.token(`person-${people}`, ["approvers"]);
    const third = await takeSeat(ground.url, promoted);
    expect(await waitingOf(third)).toEqual([null, "device", "device"]);
    expect(await third.ask(`/v1/devices/${third.id}/confirm`, {})).toMatchObject(waits);
  });

  it("is one of its person's alone: others neither see it nor confirm it", async () => {
    const [, second] = await person(["approvers"], 2);
    const [other] = await person(["approvers"], 1);
    expect(await other.ask(`/v1/devices/${second.id}/confirm`, {})).toMatchObject({ status: 404 });
    expect(await other.ask("/v1/devices/dev_nowhere/confirm", {})).toMatchObject({ status: 404 });
  });

  it("decides at once where devices.secondWaits is false, also one that waited", async () => {
    const [, second] = await person(["approvers"], 2);
    const approval = await held(second);
    await ground.reload((config) => (config["devices"] = { secondWaits: false }));
    const again = await second.installation.begin();
    expect(again.begun.session).toMatch(/^gs_/);
    const seat = await takeSeat(ground.url, second.token);
    expect(await waitingOf(seat)).toEqual([null, null, null]);
    expect(await seat.decide(approval)).toMatchObject(done);
    await ground.reload((config) => (config["devices"] = { secondWaits: true }));
  });
});
