import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { loadKeys } from "../../src/gateway/keys.ts";
import { openStore } from "../../src/gateway/store/open-store.ts";
import { approvalView, type ApprovalView } from "../../src/shared/approval.ts";
import { startGatewayProcess, type GatewayProcess } from "../support/gateway-process.ts";
import { call } from "../support/world.ts";
import { approval } from "./store/scratch.ts";

let gateway: GatewayProcess;

beforeEach(async () => {
  gateway = await startGatewayProcess({ target: "http://127.0.0.1:1/", rules: [], prepare: fill });
});
afterEach(() => gateway.close());

const erin = {
  requester: { id: "staff:erin", kind: "user" as const, name: "Erin", groups: [] },
  person: "staff:erin",
  createdAtMs: Date.now(),
  expiresAtMs: Date.now() + 600_000,
};

/** What a caller leaves who has large calls held and withdraws them, and then many small ones; one waits. */
async function fill(folder: string, origin: string): Promise<void> {
  const keys = await loadKeys(join(folder, "keys"));
  const store = await openStore({ folder: join(folder, "data"), keys, origin, now: Date.now });
  const payload = { arguments: { text: "x".repeat(3 * 1024 * 1024) }, hidden: [] };
  await store.commit((writes) => {
    writes.approvals.put(approval("waits", erin));
    for (let at = 0; at < 5; at += 1)
      writes.approvals.put(approval(`large-${at}`, { ...erin, payload, state: "withdrawn" }));
  });
  await store.commit((writes) => {
    for (let at = 0; at < 150; at += 1) writes.approvals.put(approval(`small-${at}`, { ...erin, state: "withdrawn" }));
  });
  await store.close();
}

async function listed(query: string, person = "erin"): Promise<readonly ApprovalView[]> {
  const token = await gateway.token(person, ["engineers"]);
  const { body } = await call(gateway.url, token, `/v1/approvals${query}`);
  return z.object({ approvals: z.array(approvalView) }).parse(body).approvals;
}

it("lists what waits, and of what has ended no more than its bound, however large what was withdrawn", async () => {
  const ids = (await listed("")).map(({ id }) => id);
  expect(ids.filter((id) => id.startsWith("small"))).toHaveLength(150);
  expect(ids.slice(0, 3)).toEqual(["waits", "large-3", "large-4"]);
  expect((await listed("?state=pending")).map(({ id }) => id)).toEqual(["waits"]);
  expect(await listed("?state=withdrawn")).toHaveLength(152);
  expect(await listed("", "eve")).toEqual([]);
});

it("refuses a state that there isn't", async () => {
  const token = await gateway.token("erin", []);
  expect((await call(gateway.url, token, "/v1/approvals?state=odd")).status).toBe(400);
});
