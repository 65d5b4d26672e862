import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApprovalView } from "../../src/shared/approval.ts";
import { digest } from "../../src/shared/json.ts";
import { signedIn, until, type Workbench } from "./workbench.ts";

let bench: Workbench;
let payload: string;
beforeEach(async () => {
  bench = await signedIn();
  const approval = await bench.gateway.put({ id: "a1" });
  payload = await digest(approval.payload);
  await until(bench.client, ({ approvals }) => approvals.length === 1);
});
afterEach(() => bench.close());

const decide = (changed: object = {}, presence: "cli" | "window" = "window") =>
  bench.client.call(
    "approvals.decide",
    { id: "a1", step: 1, verdict: "approve", reason: "looked at it", digest: payload, ...changed },
    presence,
  );

describe("decision", () => {
  it("is signed by the enrolled device over what was shown, and shows in the state", async () => {
    const result = await decide();
    expect(result).toMatchObject({ ok: true, value: { id: "a1", state: "approved" } });
    const [decision] = bench.gateway.decisions;
    expect(decision?.payload).toMatchObject({
      gateway: bench.gateway.origin,
      approval: "a1",
      principal: "demo:alex",
      connection: "files",
      tool: "write_file",
      fingerprint: "tool-fingerprint",
      payload,
      arguments: "keyed-digest",
      rule: { name: "hold-writes", version: "1" },
      step: 1,
      verdict: "approve",
      reason: "looked at it",
      presence: "window",
    });
    expect(bench.client.state().approvals).toMatchObject([{ id: "a1", state: "approved" }]);
  });

  it("covers the number of a critical request, and has none otherwise", async () => {
    await decide({ number: "47" });
    expect(bench.gateway.decisions[0]?.payload).toMatchObject({ number: "47" });
    for (const number of ["7", "07", "100", "4x"])
      expect(await decide({ number })).toMatchObject({ ok: false, error: { code: "bad_request" } });
    await bench.gateway.put({ id: "a2" });
    await until(bench.client, ({ approvals }) => approvals.length === 2);
    await decide({ id: "a2" });
    expect(bench.gateway.decisions.map(({ payload: { number } }) => number)).toEqual(["47", undefined]);
  });

  it("lives at most five minutes, by the gateway's clock", async () => {
    bench.gateway.clockAheadMs = 3_600_000;
    bench.gateway.push({ type: "time", nowMs: Date.now() + 3_600_000 });
    await until(bench.client, ({ gateway }) => gateway.clockOffsetMs > 3_000_000);
    expect(await decide({}, "cli")).toMatchObject({ ok: true });
    const { iat = 0, exp = 0, presence } = bench.gateway.decisions[0]?.payload ?? {};
    expect(Math.abs(iat * 1000 - (Date.now() + 3_600_000))).toBeLessThan(10_000);
    expect(exp - iat).toBeLessThanOrEqual(300);
    expect(presence).toBe("cli");
  });

  it("is sent once more, the very same, when its answer was lost", async () => {
    bench.gateway.loseNextAnswer = true;
    expect(await decide()).toMatchObject({ ok: true, value: { state: "approved" } });
    const [first, second, third] = bench.gateway.decisions;
    expect(second?.jws).toBe(first?.jws);
    expect(third).toBeUndefined();
  });

  it("carries the renderer's own digest, so that the gateway refuses another", async () => {
    const other = await digest({ arguments: {}, hidden: [] });
    expect(await decide({ digest: other })).toMatchObject({ ok: false, error: { code: "digest_mismatch" } });
  });

  it("answers with the gateway's code where it comes second", async () => {
    await decide();
    expect(await decide({ verdict: "deny" })).toMatchObject({ ok: false, error: { code: "already_decided" } });
  });

  it("goes nowhere for an approval that is not known here, or a malformed one", async () => {
    expect(await decide({ id: "a9" })).toMatchObject({ error: { code: "not_found" } });
    expect(await decide({ digest: "short" })).toMatchObject({ error: { code: "bad_request" } });
    expect(await decide({ presence: "authenticator" })).toMatchObject({ error: { code: "bad_request" } });
    expect(bench.gateway.decisions).toEqual([]);
  });
});

const swaps: readonly Partial<ApprovalView>[] = [
  { tool: "delete_file" },
  { connection: "production" },
  { fingerprint: "another tool of that name" },
  { argumentsDigest: "of other arguments" },
  { requester: { id: "demo:mallory", kind: "user", name: "Alex", groups: [] } },
  { rule: { name: "hold-writes", version: "2", why: "Writes are held" } },
  { payload: { arguments: { path: "/etc/passwd" }, hidden: [] } },
];

describe("a gateway that changes what is asked after it was shown", () => {
  it.each(swaps)("is not followed, and gets no signature over the change: %j", async (swap) => {
    await bench.gateway.put({ id: "a1", ...swap });
    await until(bench.client, ({ gateway }) => gateway.link === "offline");
    expect(bench.client.state().approvals).toMatchObject([{ tool: "write_file", connection: "files" }]);
    expect(await decide()).toMatchObject({ ok: false, error: { code: "digest_mismatch" } });
    const [signed] = bench.gateway.decisions;
    expect(signed?.payload).toMatchObject({
      principal: "demo:alex",
      connection: "files",
      tool: "write_file",
      fingerprint: "tool-fingerprint",
      arguments: "keyed-digest",
      rule: { name: "hold-writes", version: "1" },
      payload,
    });
  });

  it("is not followed where it takes the request back in between", async () => {
    bench.gateway.reset();
    await bench.gateway.put({ id: "a2" });
    bench.gateway.dropStreams();
    await until(bench.client, ({ approvals }) => approvals.some(({ id }) => id === "a2"));
    await bench.gateway.put({ id: "a1", tool: "delete_file" });
    await until(bench.client, ({ gateway }) => gateway.link === "offline");
    expect(bench.client.state().approvals.map(({ tool }) => tool)).not.toContain("delete_file");
  });

  it("is not believed where it answers a decision with another request", async () => {
    await bench.gateway.put({ id: "a1", tool: "write_file" });
    const api = await answering(await bench.gateway.put({ id: "a3" }));
    expect(api).toMatchObject({ ok: false, error: { code: "digest_mismatch" } });
    expect(bench.client.state().approvals.find(({ id }) => id === "a3")?.state).toBe("pending");
  });
});

/** Decides on a1 at a gateway that answers with this approval, as denied. */
async function answering(approval: ApprovalView) {
  await until(bench.client, ({ approvals }) => approvals.some(({ id }) => id === approval.id));
  bench.gateway.decided = { ...approval, state: "denied", revision: approval.revision + 1 };
  return await decide();
}

describe("a decision of somebody who signs out before it is answered", () => {
  it("leaves nothing of theirs behind: no request in the state, and no other person's word for it", async () => {
    const answered = Promise.withResolvers<void>();
    bench.gateway.answerAfter = answered.promise;
    const sent = decide();
    await expect.poll(() => bench.gateway.decisions.length).toBe(1);
    await bench.client.call("session.signOut", {}, "window");
    answered.resolve();
    expect(await sent).toMatchObject({ ok: false, error: { code: "decision_unanswered" } });
    expect(bench.client.state()).toMatchObject({ session: { state: "signed-out" }, approvals: [], sending: [] });
  });

  it("is not sent again in the name of who signs in next", async () => {
    const answered = Promise.withResolvers<void>();
    bench.gateway.answerAfter = answered.promise;
    bench.gateway.loseNextAnswer = true;
    const sent = decide();
    await expect.poll(() => bench.gateway.decisions.length).toBe(1);
    await bench.client.call("session.signOut", {}, "window");
    bench.gateway.tokens.add("token-2");
    bench.signIn.accessToken = "token-2";
    await bench.client.call("session.signIn", {}, "window");
    await until(bench.client, ({ gateway }) => gateway.link === "online");
    answered.resolve();
    expect(await sent).toMatchObject({ ok: false, error: { code: "decision_unanswered" } });
    expect(bench.client.state().sending).toEqual([]);
    const posts = bench.gateway.requests.filter(({ path }) => path.endsWith("/decision"));
    expect(posts.map(({ token }) => token)).toEqual(["token-1"]);
  });
});
