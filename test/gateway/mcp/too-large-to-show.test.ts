import { afterAll, beforeAll, expect, it } from "vitest";
import { call } from "../../support/world.ts";
import { enrolApprover } from "./approver.ts";
import { modernRequest, openGround, post, type Ground } from "./ground.ts";
import { tallyServer, type Tally } from "./hold-ground.ts";

const tally: Tally = { ran: [], gate: Promise.resolve() };
let ground: Ground & { close(): Promise<void> };
beforeAll(async () => {
  ground = await openGround(tallyServer(tally));
  // Who holds it all the same answers soon.
  await ground.reload((config) => (config.approvals = { budget: "1s" }));
});
afterAll(() => ground.close());

it("refuses a held call that no console could show: its frame would end the approvals stream of every approver", async () => {
  const erin = await ground.token("erin", ["engineers"]);
  const avery = await ground.token("avery", ["approvers"]);
  await enrolApprover(ground, avery);
  // Below the largest request. Masked, with each place that is hidden, it is four times as long.
  const many = Array.from({ length: 465_000 }, () => "a@b.co");
  const params = { name: "slow_write", arguments: { "": many } };
  const answer = await post(ground, erin, modernRequest(1, "tools/call", params));
  expect(await answer.text()).toContain("too large to be shown");
  const { body } = await call(ground.url, avery, "/v1/approvals?state=pending");
  expect(body).toEqual({ approvals: [] });
  expect(tally.ran).toEqual([]);
});
