import { expect, test } from "vitest";
import { addCall, dayMs, erasedIn, openGround, type Ground } from "./ground.ts";

/** As the gateway writes it: where a request came from is said before all else of it. */
async function addLongCall(ground: Ground, { call, connection }: { call: string; connection: string }): Promise<void> {
  const request = {
    address: "10.0.0.7",
    call,
    principal: { id: "staff:erin", kind: "user", name: "Erin", state: "s" },
    connection,
    method: "tools/call",
    name: "tool",
    params: { arguments: { text: "w".repeat(300_000), principal: { id: "staff:root" } } },
  };
  await ground.store().prepare(request);
  await ground.store().commit((writes) => writes.append("call.request", request));
  await ground.store().commit((writes) => writes.append("call.response", { call, outcome: "ok" }));
}

const hold = { name: "case-1", reason: "the court asks" };

test("an answer that is erased by its number alone is held by what its request says of it", async () => {
  const ground = await openGround();
  await addCall(ground, { call: "cal_1", connection: "crm" });
  await addCall(ground, { call: "cal_2", connection: "files" });
  await ground.retention().holds.place("staff:root", { ...hold, connection: "crm" });
  expect(await ground.erase({ entries: [1, 1], reason: "all of it" })).toMatchObject({ erased: 0, held: 1 });
  expect(await ground.erase({ entries: [3, 3], reason: "all of it" })).toMatchObject({ erased: 1, held: 0 });
  expect(await erasedIn(ground)).toEqual([3]);
});

test("an answer whose request is gone may be what a hold is for: it stays until the hold is lifted", async () => {
  const ground = await openGround({ rules: [], default: 30 * dayMs });
  await addCall(ground, { call: "cal_1", connection: "crm" });
  await ground.erase({ entries: [0, 0], reason: "a secret in what was asked" });
  await ground.retention().holds.place("staff:root", { ...hold, person: "staff:erin" });
  expect(await ground.erase({ entries: [1, 1], reason: "all of it" })).toMatchObject({ erased: 0, held: 1 });
  ground.nowMs += 31 * dayMs;
  await ground.sweep();
  expect(await erasedIn(ground)).toEqual([0]);
  await ground.retention().lift("staff:root", { name: hold.name, reason: "settled" });
  await ground.sweep();
  expect(await erasedIn(ground)).toContain(1);
});

test("a request so long that it stands in a file is of its connection and person like any other", async () => {
  const rules = [{ name: "crm", connections: ["crm"], keep: 100 * dayMs }];
  const ground = await openGround({ rules, default: 30 * dayMs });
  await addLongCall(ground, { call: "cal_1", connection: "crm" });
  await addLongCall(ground, { call: "cal_2", connection: "files" });
  await addLongCall(ground, { call: "cal_3", connection: "web" });
  await ground.retention().holds.place("staff:root", { ...hold, connection: "files" });
  ground.nowMs += 31 * dayMs;
  await ground.sweep();
  expect(await erasedIn(ground)).toEqual([4, 5]);
  expect(await ground.erase({ person: "staff:erin", reason: "asked to" })).toMatchObject({ erased: 2, held: 2 });
});
