import { expect, test } from "vitest";
import { Erasing } from "../../../src/gateway/retention/erasing.ts";
import { Turns } from "../../../src/gateway/retention/turns.ts";
import type { Store } from "../../../src/gateway/store/store.ts";
import { addCall, filesWith, openGround } from "./ground.ts";

test("an erased body's file that the system would not delete goes at a later try, not at the next start alone", async () => {
  const ground = await openGround();
  await addCall(ground, { call: "cal_1", connection: "crm", text: `canary-long ${"w".repeat(400_000)}` });
  const real = ground.store();
  let refusals = 2;
  // As Windows does while somebody has it open.
  const store: Store = {
    ...real,
    deleteBodies: async (files) => {
      if (refusals > 0) throw new Error(`EBUSY, ${(refusals -= 1)} more to come`);
      await real.deleteBodies(files);
    },
  };
  const erasing = new Erasing({ store, forget: () => ground.search().forget(), turns: new Turns() });
  const why = { rule: null, by: "staff:root", reason: "asked to" };
  await expect(erasing.erase([{ seq: 0 }, { seq: 1 }], why)).rejects.toThrow("EBUSY");
  await expect(erasing.settle()).rejects.toThrow("EBUSY");
  expect(erasing.isSettled).toBe(false);
  await erasing.settle();
  expect(erasing.isSettled).toBe(true);
  expect(filesWith(ground.data, "canary-long")).toEqual([]);
});
