import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeSeat, type Seat } from "./seat.ts";
import { beginAll, kindsUnderWay, openLasting } from "./under-way.ts";

let ground: Awaited<ReturnType<typeof openLasting>>;
let admin: Seat;

beforeAll(async () => {
  ground = await openLasting();
  admin = await takeSeat(ground.url, await ground.token("ada", ["admins"]));
});
afterAll(() => ground.close());

/** That all of it ends at once, and not with the next sweep, shows in what it ends with; how fast, `npm run bench -- revocations` prints. */
describe("a revocation ends streams, held calls and what runs,", () => {
  it.each<["principal" | "device" | "session", (seat: Seat) => string]>([
    ["principal", () => "staff:principal"],
    ["device", ({ id }) => id],
    ["session", ({ session }) => session.begun.session],
  ])("of a %s", async (kind, idOf) => {
    const seat = await takeSeat(ground.url, await ground.token(kind, ["engineers", "approvers"]));
    const another = await takeSeat(ground.url, await ground.token(`${kind}-other`, ["engineers"]));
    const [mine, theirs] = [await beginAll(ground, seat), await beginAll(ground, another)];
    expect(await admin.ask("/v1/revocations", { kind, id: idOf(seat) })).toMatchObject({ code: null });
    expect(await mine.feed).toBe("4401");
    expect(await mine.held).toContain('"code":"revoked"');
    for (const each of kindsUnderWay) expect([each, typeof (await mine[each])]).toEqual([each, "string"]);
    // Nobody else's ends with it.
    const still = "still under way";
    const first = await Promise.race([...kindsUnderWay.map((each) => theirs[each]), Promise.resolve(still)]);
    expect(first).toBe(still);
    expect(await another.ask("/v1/me")).toMatchObject({ code: null });
    await admin.ask("/v1/revocations", { kind: "session", id: another.session.begun.session });
    await Promise.all(kindsUnderWay.map((each) => theirs[each]));
  });
});
