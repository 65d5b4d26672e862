import { expect, it } from "vitest";
import { scratch } from "./scratch.ts";

it("keeps a write that may wait behind nothing: it shares the next commit, in the order asked for, or has its own", async () => {
  const { open } = await scratch();
  const store = await open();
  const order: string[] = [];
  const waits = store
    .commit((writes) => writes.append("call.request", { n: 1 }), "soon")
    .then(() => order.push("soon"));
  const presses = store.commit((writes) => writes.append("call.response", { n: 2 })).then(() => order.push("now"));
  await Promise.all([waits, presses]);
  expect(order).toEqual(["soon", "now"]);
  const before = store.checkpoint();
  await store.commit((writes) => writes.append("call.request", { n: 3 }), "soon");
  expect(store.checkpoint()).not.toBe(before);
});

it("undoes the state that a failed work changed, and keeps the others of its group", async () => {
  const { open } = await scratch();
  const store = await open();
  const failing = store.commit((writes) => {
    writes.tools.put("files", "read", "bad");
    throw new RangeError("no");
  });
  const good = store.commit((writes) => writes.tools.put("files", "write", "good"));
  await expect(failing).rejects.toThrow(RangeError);
  await good;
  expect(store.tools.fingerprint("files", "read")).toBeUndefined();
  expect(store.tools.fingerprint("files", "write")).toBe("good");
});
