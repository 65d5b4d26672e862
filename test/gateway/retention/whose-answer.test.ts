import { expect, test } from "vitest";
import { addCall, dayMs, erasedIn, openGround } from "./ground.ts";

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
