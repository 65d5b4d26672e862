import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApprovalView } from "../../src/shared/approval.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { eventually } from "../support/eventually.ts";
import { modernRequest, openGround, post, result, type Ground } from "./mcp/ground.ts";
import { enrolGranter } from "./grants/granter.ts";
import { takeSeat, type Seat } from "./seat.ts";

let ground: Ground & { close(): Promise<void> };
let service: string;
let calls = 0;

const people = { avery: ["approvers"], olga: ["approvers"], otto: ["approvers", "platform"], lou: ["platform"] };
let seats: Readonly<Record<keyof typeof people, Seat>>;
let alias: Seat;

beforeAll(async () => {
  const held = { effect: "approve", approvers: ["approvers"] };
  ground = await openGround(
    (_request, response, body) => {
      const { method } = JSON.parse(body) as { method: string };
      const tools = ["slow_one", "critical_one"].map((name) => ({ name, inputSchema: { type: "object" } }));
      const value = method === "tools/list" ? { tools } : { content: [] };
      response.writeHead(200, { "content-type": "application/json" }).end(result(body, value));
    },
    [
      {
        name: "held",
        tools: ["slow_*"],
        ...held,
        grants: { longest: "1h", mostUses: 3, constraints: ["equal", "any"] },
      },
      { name: "critical", tools: ["critical_*"], ...held, risk: "critical" },
    ],
  );
  await owned([]);
  // A subject that is its own client is a service.
  service = await ground.token("app", ["jobs"]);
  const sit = async (name: string, groups: readonly string[]) => takeSeat(ground.url, await ground.token(name, groups));
  seats = {
    avery: await sit("avery", people.avery),
    olga: await sit("olga", people.olga),
    otto: await sit("otto", people.otto),
    lou: await sit("lou", people.lou),
  };
  alias = await sit("olga-at-home", ["approvers"]);
});
afterAll(() => ground.close());

/** Who answers for which service, from now on. */
async function owned(services: JsonObject[], identities: string[][] = []): Promise<void> {
  await ground.reload((config) => {
    Object.assign(config, { services, identities, approvals: { budget: "5m" } });
    config["roles"] = { admin: [], auditor: ["auditors"] };
  });
  if (seats !== undefined) for (const seat of [...Object.values(seats), alias]) Object.assign(seat, await again(seat));
}
/** Its session is begun anew: a reload that lets others in ends the tokens of before. */
async function again(seat: Seat): Promise<Partial<Seat>> {
  const session = await seat.installation.begin();
  Object.assign(seat.session, session);
  return {};
}

async function held(tool = "slow_one"): Promise<ApprovalView> {
  calls += 1;
  const at = `call ${calls}`;
  void post(ground, service, modernRequest(calls, "tools/call", { name: tool, arguments: { at } })).catch(
    () => undefined,
  );
  return eventually(async () => {
    const found = (await seats.avery.pending()).find(({ payload }) => JSON.stringify(payload).includes(`"${at}"`));
    if (found === undefined) throw new Error("nothing waits yet");
    return found;
  });
}
const entries = (kind: string) =>
  ground.ledger().flatMap((entry) => (entry.kind === kind ? [JSON.parse(entry.body) as Record<string, unknown>] : []));

const byOlga = [{ id: "staff:app", owner: "staff:olga" }];
const byPlatform = [{ id: "staff:app", ownerGroup: "platform" }];
const joined = [["staff:olga", "staff:olga-at-home"]];
type Owned = readonly [services: JsonObject[], identities?: string[][]];

describe("a service's call", () => {
  it.each<[string, Owned, Owned, () => Seat, string | null]>([
    ["never by its owner", [byOlga], [byOlga], () => seats.olga, "self_approval"],
    ["nor under another identity of theirs", [byOlga, joined], [byOlga, joined], () => alias, "self_approval"],
    ["nor by one of the group that owns it", [byPlatform], [byPlatform], () => seats.otto, "self_approval"],
    ["nor by who became its owner while it waited", [[]], [byOlga], () => seats.olga, "self_approval"],
    ["nor by who was its owner when it was made", [byOlga], [[]], () => seats.olga, "self_approval"],
    ["nor by who turned out to be its owner", [byOlga], [byOlga, joined], () => alias, "self_approval"],
    ["by another approver", [byOlga], [byOlga], () => seats.avery, null],
    ["by anybody who may, where nobody owns it", [[]], [[]], () => seats.olga, null],
  ])("is decided %s", async (_what, made, decided, seat, code) => {
    await owned(...made);
    const approval = await held();
    await owned(...decided);
    expect(await seat().decide(approval)).toMatchObject({ code });
  });

  it("is shown with its owner, and recorded so", async () => {
    await owned(byPlatform);
    const approval = await held();
    const owner = { kind: "group", id: "platform" };
    expect(approval.requester).toMatchObject({ kind: "service", owner });
    expect(entries("approval.pending").at(-1)).toMatchObject({ principal: "staff:app", owner });
    expect(entries("principal.seen")).toContainEqual(expect.objectContaining({ id: "staff:app", owner }));
  });

  it("waits among its owner's requests, who may withdraw it, and shows them a critical one's number, and nobody else", async () => {
    await owned(byOlga);
    const approval = await held("critical_one");
    const seen = (seat: Seat) => seat.pending().then((all) => all.find(({ id }) => id === approval.id));
    expect(await seen(seats.olga)).toMatchObject({
      relation: "requester",
      matching: { number: expect.stringMatching(/^\d\d$/) },
    });
    expect(await seen(seats.avery)).toMatchObject({ relation: "approver", matching: { number: null } });
    expect(await seen(seats.lou)).toBeUndefined();
    expect(await seats.avery.ask(`/v1/approvals/${approval.id}/withdraw`, {})).toMatchObject({ code: "not_allowed" });
    expect(await seats.olga.ask(`/v1/approvals/${approval.id}/withdraw`, {})).toMatchObject({ code: null });
    expect(entries("approval.withdrawn").at(-1)).toMatchObject({
      by: "staff:olga",
      why: expect.stringContaining("owner"),
    });
  });

  it("runs under no grant of who has become its owner", async () => {
    await owned([]);
    const granter = await enrolGranter(ground.url, await ground.token("olga", ["approvers"]));
    const constraints = [{ argument: "at", constraint: "any" }] as const;
    expect(await granter.approveAndGrant(await held(), { constraints })).toMatchObject({ status: 200 });
    const before = entries("grant.used").length;
    await post(ground, service, modernRequest("g", "tools/call", { name: "slow_one", arguments: { at: "under it" } }));
    expect(entries("grant.used")).toHaveLength(before + 1);
    await owned(byOlga);
    expect(entries("grant.ended").at(-1)).toMatchObject({ why: expect.stringContaining("answers for the service") });
  });

  it("is told of once in the log where nobody answers for it", async () => {
    const told = ground.log.filter(({ event }) => event === "service.unowned");
    expect(told).toMatchObject([{ level: "warn", principal: "staff:app" }]);
  });
});
