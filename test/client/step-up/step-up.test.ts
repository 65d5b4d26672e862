import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { initialSwitches } from "../../../src/demo/idp/switches.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { eventually } from "../../support/eventually.ts";
import { shiftClock, type ShiftedClock } from "../../support/shifted-clock.ts";
import { openWorld, type World } from "../../support/world.ts";
import { sit, type Seat } from "./seat.ts";

const rules: JsonObject[] = [
  { name: "deleting", tools: ["delete_*"], effect: "allow", signIn: { acr: ["c1", "phr"] } },
  { name: "listing", tools: ["list_*"], effect: "allow", signIn: { within: "15m" } },
  { name: "reads", tools: ["get_*"], effect: "allow" },
];
const minute = 60_000;

let clock: ShiftedClock;
let world: World;
const seats: Seat[] = [];

beforeAll(async () => {
  clock = shiftClock();
  world = await openWorld({ rules, config: { accepts: "sessions", approvals: { budgets: { hasty: "1s" } } } });
});
afterAll(async () => {
  await world.close();
  clock.restore();
});
afterEach(async () => {
  for (const seat of seats.splice(0)) await seat.close();
  for (const kind of ["oidc", "entra", "okta"] as const) Object.assign(world.idp[kind].switches, initialSwitches());
});

async function seated(kind: "oidc" | "entra" | "okta" = "oidc", person?: string): Promise<Seat> {
  const seat = await sit(world, kind, person);
  seats.push(seat);
  return seat;
}

const signIn = (seat: Seat) => seat.client.call("session.signIn", {}, "window");
/** How often the target was asked to do this. */
const ran = (tool: string): number =>
  world.forwarded.filter((body) => body.includes('"tools/call"') && body.includes(`"${tool}"`)).length;
const missing = (id: string) => ({ arguments: { id } });

describe.each(["oidc", "okta", "entra"] as const)("a call that lacks a stronger sign-in, through %s", (kind) => {
  it("waits for one press, opens no browser before it, and goes on by itself", async () => {
    const seat = await seated(kind);
    const before = ran("delete_customer");
    const call = seat.call("delete_customer", missing(`cus_${kind}`));
    expect(await seat.asked()).toMatchObject({
      rule: "deleting",
      asks: "a sign-in, with acr c1 or phr",
      connection: "customers",
      name: "delete_customer",
      calls: 1,
    });
    expect({ opened: seat.opened, ran: ran("delete_customer") - before }).toEqual({ opened: [], ran: 0 });
    expect(await signIn(seat)).toMatchObject({ ok: true });
    expect((await call).last.result).toBeDefined();
    expect({ opened: seat.opened.length, ran: ran("delete_customer") - before }).toEqual({ opened: 1, ran: 1 });
    expect(seat.state().signInAsked).toBeNull();
    // The next one finds the sign-in that there is.
    expect((await seat.call("delete_customer", missing(`cus_${kind}_2`))).last.result).toBeDefined();
    expect(seat.opened).toHaveLength(1);
  });

  it("takes the same road where the provider itself asks, as it renews", async () => {
    const seat = await seated(kind);
    const demand = kind === "entra" ? '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}' : "urn:example:mfa";
    world.idp[kind].switches.demand = demand;
    clock.pass(11 * minute);
    const call = seat.call("get_customer");
    expect(await seat.asked()).toMatchObject({ rule: null, name: "get_customer", calls: 1 });
    expect(seat.state().session).toMatchObject({ state: "needs-sign-in", demanded: true });
    expect(seat.opened).toEqual([]);
    world.idp[kind].switches.demand = null;
    expect(await signIn(seat)).toMatchObject({ ok: true });
    expect((await call).last.result).toBeDefined();
    if (kind === "entra") expect(new URL(seat.opened[0] ?? "").searchParams.get("claims")).toContain('"acrs"');
  });
});

describe("a call that lacks a fresh sign-in", () => {
  it("goes on after one, which the provider is asked for by max_age", async () => {
    const seat = await seated();
    clock.pass(16 * minute);
    const call = seat.call("list_customers", { arguments: {} });
    expect(await seat.asked()).toMatchObject({ rule: "listing", asks: "a sign-in of the last 15 minutes" });
    await signIn(seat);
    expect((await call).last.result).toBeDefined();
    expect(Number(new URL(seat.opened[0] ?? "").searchParams.get("max_age"))).toBeLessThanOrEqual(900);
  });

  it("is not helped by a renewed token: that says when the person signed in, not when it was made", async () => {
    const seat = await seated();
    clock.pass(16 * minute);
    expect((await seat.call("get_customer")).last.result).toBeDefined();
    const { last } = await seat.call("list_customers", { arguments: {}, clientName: "hasty" });
    expect(last.error?.data).toEqual({ code: "sign_in_needed", outcome: "not_run" });
  });
});

describe("calls that wait for a sign-in", () => {
  it("are many to one sign-in", async () => {
    const seat = await seated();
    const before = ran("delete_customer");
    const calls = Array.from({ length: 12 }, (_, at) => seat.call("delete_customer", missing(`cus_many_${at}`)));
    await seat.asked(12);
    await Promise.all([signIn(seat), signIn(seat)]);
    const answers = await Promise.all(calls);
    expect(answers.every(({ last }) => last.result !== undefined)).toBe(true);
    expect({ opened: seat.opened.length, ran: ran("delete_customer") - before }).toEqual({ opened: 1, ran: 12 });
  });

  it("keep their client from timing out: progress where it asked, comments otherwise", async () => {
    const seat = await seated();
    const told = seat.call("delete_customer", { ...missing("cus_told"), progressToken: "p1" });
    const quiet = seat.call("delete_customer", missing("cus_quiet"));
    await seat.asked(2);
    await signIn(seat);
    expect((await told).text).toMatch(
      /"progressToken":"p1","progress":0\.?\d*(e-\d+)?,"message":"Waiting for a sign-in/,
    );
    expect((await told).last.result).toBeDefined();
    expect((await quiet).text).toMatch(/^: waiting\n/);
  });

  it("are those of clients that speak stdio, too", async () => {
    const seat = await seated();
    const line = seat.overStdio("delete_customer", missing("cus_stdio"));
    await seat.asked();
    await signIn(seat);
    expect(await line).toMatchObject({ id: 1, result: {} });
  });

  it("are those of the one server of all connections, too", async () => {
    const seat = await seated();
    const call = seat.call("customers__delete_customer", { ...missing("cus_all"), connection: "" });
    expect(await seat.asked()).toMatchObject({ connection: "customers", name: "delete_customer" });
    await signIn(seat);
    expect((await call).last.result).toBeDefined();
  });

  it("leave others alone: what needs no sign-in goes through meanwhile", async () => {
    const seat = await seated();
    const call = seat.call("delete_customer", missing("cus_meanwhile"));
    await seat.asked();
    expect((await seat.call("get_customer")).last.result).toBeDefined();
    await seat.client.call("session.declineSignIn", {}, "window");
    await call;
  });

  it("are told at once when the person puts it off, and so is what comes right after", async () => {
    const seat = await seated();
    const before = ran("delete_customer");
    const call = seat.call("delete_customer", missing("cus_later"));
    await seat.asked();
    await seat.client.call("session.declineSignIn", {}, "window");
    const { last } = await call;
    expect(last.error?.message).toContain("put the sign-in off. Nothing was run. Sign in anew");
    expect(last.error?.data).toEqual({ code: "sign_in_needed", outcome: "not_run" });
    expect((await seat.call("delete_customer", missing("cus_later"))).last.error?.data).toMatchObject({
      code: "sign_in_needed",
    });
    expect(seat.state().signInAsked).toBeNull();
    expect({ opened: seat.opened, ran: ran("delete_customer") - before }).toEqual({ opened: [], ran: 0 });
    // Whoever changes their mind signs in, and it goes through.
    await signIn(seat);
    const { last: after } = await seat.call("delete_customer", missing("cus_later"));
    expect(after.result).toBeDefined();
    expect(seat.state().signInAsked).toBeNull();
  });

  it("are told to come again once their client would wait no longer, and what they asked stays in sight", async () => {
    const seat = await seated();
    const call = seat.call("delete_customer", { ...missing("cus_hasty"), clientName: "hasty" });
    const { last } = await call;
    expect(last.error?.message).toContain("Nobody has signed in so far.");
    expect(seat.state().signInAsked).toMatchObject({ rule: "deleting", calls: 0 });
    await signIn(seat);
    expect(new URL(seat.opened[0] ?? "").searchParams.get("acr_values")).toBe("c1 phr");
    expect(seat.state().signInAsked).toBeNull();
    const again = await seat.call("delete_customer", { ...missing("cus_hasty"), clientName: "hasty" });
    expect(again.last.result).toBeDefined();
  });

  it("are told where the sign-in did not bring what the rule asks", async () => {
    const seat = await seated();
    world.idp.oidc.switches.contexts = [];
    const before = ran("delete_customer");
    const call = seat.call("delete_customer", missing("cus_weak"));
    await seat.asked();
    await signIn(seat);
    expect((await call).last.error?.message).toContain("did not bring that, and nothing was run");
    expect(ran("delete_customer") - before).toBe(0);
  });

  it("wait on when the person cancels in the browser, and go on with the next sign-in", async () => {
    const seat = await seated();
    const call = seat.call("delete_customer", missing("cus_cancelled"));
    await seat.asked();
    seat.person = null;
    expect(await signIn(seat)).toMatchObject({ ok: false });
    expect(seat.state().signInAsked).toMatchObject({ calls: 1 });
    seat.person = "engineer";
    await signIn(seat);
    expect((await call).last.result).toBeDefined();
  });

  it("end with their client", async () => {
    const seat = await seated();
    const leave = new AbortController();
    const call = seat.call("delete_customer", { ...missing("cus_gone"), signal: leave.signal }).catch(() => null);
    await seat.asked();
    leave.abort();
    await call;
    await eventually(() => expect(seat.state().signInAsked).toMatchObject({ calls: 0 }));
    const before = ran("delete_customer");
    await signIn(seat);
    expect(ran("delete_customer") - before).toBe(0);
  });

  it("run no more once their client has cancelled them, whoever signs in later", async () => {
    const seat = await seated();
    const session = await seat.legacy();
    const before = ran("delete_customer");
    const answer = session.say({
      id: 7,
      method: "tools/call",
      params: { name: "delete_customer", ...missing("cus_x") },
    });
    await seat.asked();
    // Another call's id is not this one's.
    await session.say({ method: "notifications/cancelled", params: { requestId: 8 } });
    expect(seat.state().signInAsked).toMatchObject({ calls: 1 });
    await session.say({ method: "notifications/cancelled", params: { requestId: 7 } });
    await eventually(() => expect(seat.state().signInAsked).toMatchObject({ calls: 0 }));
    expect(await answer).toContain('"not_run"');
    await signIn(seat);
    expect(ran("delete_customer") - before).toBe(0);
  });

  it("are refused by the console's own words in the traffic", async () => {
    const seat = await seated();
    await seat.call("delete_customer", { ...missing("cus_traffic"), clientName: "hasty" });
    await eventually(() =>
      expect(seat.state().traffic.troubles[0]).toMatchObject({ code: "sign_in_needed", connection: "customers" }),
    );
  });
});

describe("a sign-in for a call", () => {
  it("of another account sends nothing: the first one's call was not theirs to make", async () => {
    const seat = await seated();
    const before = ran("delete_customer");
    const call = seat.call("delete_customer", missing("cus_other"));
    await seat.asked();
    seat.person = "sam";
    await signIn(seat);
    const { last } = await call;
    expect(last.error?.data).toEqual({ code: "signed_out", outcome: "not_run" });
    expect(ran("delete_customer") - before).toBe(0);
    expect(seat.state()).toMatchObject({ signInAsked: null, session: { account: { name: "Sam Sales" } } });
  });

  it("counts on the device that it was made at, and on no other of the same person", async () => {
    const [first, second] = [await seated(), await seated()];
    const call = first.call("delete_customer", missing("cus_first"));
    await first.asked();
    await signIn(first);
    expect((await call).last.result).toBeDefined();
    const elsewhere = second.call("delete_customer", missing("cus_second"));
    expect(await second.asked()).toMatchObject({ rule: "deleting" });
    await second.client.call("session.declineSignIn", {}, "window");
    expect((await elsewhere).last.error?.data).toMatchObject({ code: "sign_in_needed" });
  });

  it("is what signing out takes away from what waits", async () => {
    const seat = await seated();
    const call = seat.call("delete_customer", missing("cus_out"));
    await seat.asked();
    await seat.client.call("session.signOut", {}, "window");
    expect((await call).last.error?.data).toEqual({ code: "signed_out", outcome: "not_run" });
    expect(seat.state().signInAsked).toBeNull();
  });
});
