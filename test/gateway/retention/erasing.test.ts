import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sessionPart, sessionsPage } from "../../../src/shared/audit-sessions.ts";
import { auditPage } from "../../../src/shared/audit-search.ts";
import { erasureView, holds } from "../../../src/shared/retention.ts";
import { auditEntry } from "../../../src/shared/audit-entry.ts";
import { openSource } from "../../../src/gateway/audit/source.ts";
import { verifyLedger } from "../../../src/gateway/audit/verify.ts";
import { shell } from "../../cli/shell.ts";
import { eventually } from "../../support/eventually.ts";
import { installClient, type InstalledClient } from "../../support/installed-client.ts";
import { findWrongPlaces } from "../../support/ledger-verifier.ts";
import { scratchFolder } from "../store/scratch.ts";
import { call } from "../../support/world.ts";
import { openStage, type Stage } from "../approvals/steps-ground.ts";
import { filesWith } from "./ground.ts";

const dayMs = 86_400_000;
let stage: Stage;
let ada: InstalledClient;

beforeAll(async () => {
  const held = { effect: "approve", approvers: ["security"], risk: "medium", expires: "5m", why: "Looked at first." };
  stage = await openStage([{ name: "one", tools: ["one_tool"], ...held }]);
  await stage.ground.reload((config) => {
    config["roles"] = { admin: ["admins"], auditor: ["auditors"] };
  });
  ada = await installClient(stage.ground, { person: "ada", groups: ["admins"] });
});
afterAll(async () => {
  await ada.close();
  await stage.ground.close();
});

/** By the gateway's clock, which goes ahead. */
const tokenOf = (person: string, group: string) => stage.ground.token(person, [group], "app", 3600);
const auditor = () => tokenOf("otto", "auditors");
const ask = (token: string, path: string, body?: object) => call(stage.ground.url, token, path, body);

/** One held call with this text in its arguments and in the words of its decision. */
async function decided(text: string): Promise<string> {
  const one = await stage.hold("one_tool", text);
  expect(await stage.decide("avery", one.approval, { reason: `because ${text}` })).toBe("approved");
  await one.answer;
  return one.approval.id;
}

async function verified(): Promise<void> {
  const { ledgerKey } = (await (await fetch(`${stage.ground.url}/.well-known/countersign`)).json()) as {
    ledgerKey: string;
  };
  const path = join(scratchFolder(), "export.jsonl");
  const exported = await fetch(`${stage.ground.url}/v1/audit/export`, {
    headers: { authorization: `Bearer ${await auditor()}` },
  });
  writeFileSync(path, await exported.text());
  for (const source of [stage.ground.data, path]) {
    const report = await verifyLedger(await openSource(source), { verifierKey: ledgerKey });
    expect(report.ok ? [] : report.findings).toEqual([]);
    expect(findWrongPlaces(source, ledgerKey)).toEqual([]);
  }
}

const found = async (query: string) =>
  auditPage.parse((await ask(await auditor(), `/v1/audit/entries?${query}`)).body).lines;

test("an administrator erases a person's calls in the terminal, all but what a hold covers, and no byte of them stays", async () => {
  const asAda = ["--profile", ada.directory, "--json"] as const;
  const canary = `canary${randomBytes(9).toString("hex")}`;
  // A look is itself recorded, with what was looked for: by the other word.
  const id = await decided(`${canary} beside`);
  expect((await found("text=beside")).length).toBeGreaterThan(0);
  expect(filesWith(stage.ground.data, canary).length).toBeGreaterThan(0);
  const place = ["admin", "hold", "add", "case-7", "--person", "staff:erin", "--reason", "suit", ...asAda] as const;
  expect(JSON.parse((await shell(...place)).stdout)).toMatchObject({ id: "case-7", by: "staff:ada" });
  const erase = ["admin", "erase", "--person", "staff:erin", "--reason", "Article 17", ...asAda] as const;
  expect(JSON.parse((await shell(...erase)).stdout)).toMatchObject({ erased: 0, inForce: 0 });
  expect(filesWith(stage.ground.data, canary).length).toBeGreaterThan(0);
  expect(JSON.parse((await shell("admin", "hold", "list", ...asAda)).stdout)).toMatchObject([{ id: "case-7" }]);
  await shell("admin", "hold", "lift", "case-7", "--reason", "settled", ...asAda);
  const { erased } = JSON.parse((await shell(...erase)).stdout) as { erased: number };
  expect(erased).toBeGreaterThanOrEqual(6);
  await eventually(() => expect(filesWith(stage.ground.data, canary)).toEqual([]));
  await verified();
  expect((await found("text=beside")).map(({ kind }) => kind)).toEqual(["ledger.read"]);
  const [record] = await found("kind=entries.erased");
  expect(record).toMatchObject({ facts: { by: "staff:ada" } });
  const [pending] = await found("kind=approval.pending");
  expect(pending).toMatchObject({ erased: true, facts: { principal: null } });
  const about = auditEntry.parse((await ask(await auditor(), `/v1/audit/entries/${pending?.entry}/about`)).body);
  expect(about).toMatchObject({ body: { state: "erased" }, erasure: { by: "staff:ada", reason: "Article 17" } });
  const words = /was erased on \d{4}-\d\d-\d\d by staff:ada: Article 17/;
  const whole = await ask(await auditor(), `/v1/audit/entries/${pending?.entry}`);
  expect(whole).toMatchObject({ status: 404, body: { error: { message: expect.stringMatching(words) } } });
  const past = await ask(await stage.token("erin"), `/v1/history/${id}`);
  expect(past).toMatchObject({ status: 404, body: { error: { message: expect.stringMatching(words) } } });
  // Who is called again is recorded again, so that the rules can be replayed over what comes.
  const seen = (await found("kind=principal.seen")).length;
  await decided("after");
  expect((await found("kind=principal.seen")).length).toBeGreaterThan(seen);
});

test("rules erase what is older than they keep: an answer first, whose place its session still shows, then all of it", async () => {
  const canary = `canary${randomBytes(9).toString("hex")}`;
  const id = await decided(canary);
  const [request] = await found("kind=call.request");
  const call = String(request?.facts.call);
  const answers = { name: "answers", kinds: ["call.response"], keep: "1d" };
  await stage.ground.reload((config) => {
    config["retention"] = { rules: [answers, { name: "target-week", connections: ["tar*"], keep: "7d" }] };
  });
  stage.ground.clock.aheadMs += 2 * dayMs;
  await eventually(async () => {
    const answer = (await found(`call=${call}`)).find(({ kind }) => kind === "call.response");
    expect(answer).toMatchObject({ erased: true, facts: { call, tool: "one_tool", outcome: null } });
  });
  const sessions = sessionsPage.parse((await ask(await auditor(), `/v1/audit/sessions?entry=${request?.entry}`)).body);
  const path = `/v1/audit/sessions/${sessions.sessions[0]?.id}`;
  const { moments } = sessionPart.parse((await ask(await auditor(), path)).body);
  expect(moments.find(({ kind }) => kind === "call.response")).toMatchObject({
    body: { state: "erased", how: expect.stringMatching(/^on \d{4}-\d\d-\d\d under the retention rule answers$/) },
  });
  stage.ground.clock.aheadMs += 6 * dayMs;
  await eventually(() => expect(filesWith(stage.ground.data, canary)).toEqual([]));
  await verified();
  const past = await ask(await tokenOf("erin", "engineers"), `/v1/history/${id}`);
  expect(JSON.stringify(past.body)).toMatch(/erased on \d{4}-\d\d-\d\d under the retention rule target-week/);
});

test("nobody but the role admin erases or holds, and what is asked for has to be whole", async () => {
  const [erin, otto, root] = await Promise.all([tokenOf("erin", "engineers"), auditor(), tokenOf("ada", "admins")]);
  for (const token of [erin, otto]) {
    expect((await ask(token, "/v1/erasures", { entries: [0, 1], reason: "x" })).status).toBe(403);
    expect((await ask(token, "/v1/holds", { name: "x", reason: "x" })).status).toBe(403);
    expect((await ask(token, "/v1/holds/lift", { name: "x", reason: "x" })).status).toBe(403);
  }
  expect((await ask(erin, "/v1/holds")).status).toBe(403);
  expect(holds.parse((await ask(otto, "/v1/holds")).body)).toEqual({ holds: [] });
  for (const wish of [{ reason: "all of it" }, { person: "staff:erin" }, { entries: [4, 2], reason: "x" }])
    expect((await ask(root, "/v1/erasures", wish)).status).toBe(400);
  const begun = erasureView.parse((await ask(root, "/v1/erasures", { connection: "none", reason: "x" })).body);
  await eventually(async () =>
    expect((await ask(root, `/v1/erasures/${begun.id}`)).body).toMatchObject({ state: "done", erased: 0 }),
  );
  expect((await ask(root, "/v1/erasures/ers_none")).status).toBe(404);
});
