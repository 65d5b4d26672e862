import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { feedFrame } from "../../../src/shared/feed.ts";
import { openGrantGround, type GrantGround } from "./grant-ground.ts";
import { eventually } from "../../support/eventually.ts";

let ground: GrantGround;
beforeAll(async () => {
  ground = await openGrantGround();
});
afterAll(() => ground.close());

/** How often a reader of the approvals stream is told of grants. */
function toldOf(token: string): { times: number } {
  const told = { times: 0 };
  const socket = new WebSocket(`${ground.url.replace("http", "ws")}/v1/approvals/stream`, {
    headers: { authorization: `Bearer ${token}` },
  });
  socket.on("message", (data: Buffer) => {
    if (feedFrame.parse(JSON.parse(data.toString("utf8"))).type === "grants") told.times += 1;
  });
  onTestFinished(() => socket.terminate());
  return told;
}

it("the stream tells those who may see a grant, and nobody else, when it is made, used and revoked", async () => {
  const [holder, approver, stranger] = [
    toldOf(ground.erin),
    toldOf(await ground.token("avery", ["approvers"])),
    toldOf(await ground.token("zoe", ["sales"])),
  ];
  const approval = await ground.held({ path: "a/b" });
  await ground.approver.approveAndGrant(approval);
  await eventually(() => expect([holder.times, approver.times]).toEqual([1, 1]));
  const [grant] = await ground.grants();
  await ground.revoke(grant?.id ?? "", ground.erin);
  await eventually(() => expect([holder.times, approver.times]).toEqual([2, 2]));
  expect(stranger.times).toBe(0);
});
