import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enrolApprover } from "../mcp/approver.ts";
import { approvalView } from "../../../src/shared/approval.ts";
import { isAlive } from "../../agent/collect.ts";
import { call } from "../../support/world.ts";
import { openAgentGround, type AgentGround } from "./ground.ts";
import { whereIn } from "./search.ts";

let ground: AgentGround;

beforeAll(async () => {
  ground = await openAgentGround();
});
afterAll(() => ground.close());

const textOf = (result: unknown): string =>
  (result as { content: { text: string }[] }).content.map(({ text }) => text).join("");

async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 25));
}

describe("an agent as a process of its own", () => {
  it("makes the last hop to its stdio and HTTP servers, with credentials that only it has", async () => {
    const local = await ground.client("local");
    const digest = textOf(await local.callTool({ name: "get_secret_digest", arguments: {} }));
    expect(digest).toBe(
      createHash("sha256")
        .update(ground.secrets[0] ?? "")
        .digest("hex"),
    );
    const web = await ground.client("web");
    const steps: number[] = [];
    const onprogress = ({ progress }: { progress: number }): void => void steps.push(progress);
    const done = await web.callTool({ name: "slow", arguments: { drop: false } }, undefined, { onprogress });
    expect(textOf(done)).toBe("done");
    expect(steps).toEqual([1, 2]);
    const { headers } = ground.web.seen.at(-1) ?? {};
    expect(headers).toMatchObject({ "x-api-key": ground.secrets[1], authorization: "Bearer granted-1" });
    expect(ground.tokens.seen).toHaveLength(1);
    await local.close();
    await web.close();
    expect(await ground.connection("web")).toMatchObject({ transport: "agent", state: "ready" });
  });

  it("keeps secrets out of the gateway's process, data, log and answers", async () => {
    const gateway = ground.gateway();
    const pid = gateway.child.pid ?? 0;
    expect(await whereIn(ground.agent().child.pid ?? 0, [], ground.secrets)).not.toEqual([]);
    const folders = [join(ground.folder, "data"), join(ground.folder, "keys"), join(ground.folder, "gateway.yaml")];
    expect(await whereIn(pid, folders, [...ground.secrets, "granted-1"])).toEqual([]);
    expect(gateway.stdout() + gateway.stderr()).not.toMatch(/s3cret|granted-1/);
    expect(ground.agent().stdout() + ground.agent().stderr()).not.toMatch(/s3cret|granted-1/);
  });

  it("passes a result of 5 MB, and progress as it comes", async () => {
    const client = await ground.client("local");
    const big = await client.callTool({ name: "get_big", arguments: { characters: 5_000_000 } });
    expect(textOf(big)).toHaveLength(5_000_000);
    const steps: number[] = [];
    const onprogress = ({ progress }: { progress: number }): void => void steps.push(progress);
    await client.callTool({ name: "get_steps", arguments: { steps: 50, size: 100_000 } }, undefined, { onprogress });
    expect(steps).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    await client.close();
  });

  it("reaches a server of the old HTTP+SSE transport; where its stream is lost in mid-call, the outcome is unknown and the next session works", async () => {
    const client = await ground.client("older");
    const steps: number[] = [];
    const onprogress = ({ progress }: { progress: number }): void => void steps.push(progress);
    const sum = { name: "get_sum", arguments: { a: 1, b: 2 } };
    expect(textOf(await client.callTool(sum, undefined, { onprogress }))).toBe("3");
    expect(steps).toEqual([1]);
    const lost = client.callTool({ name: "get_nothing", arguments: {} });
    const outcome = expect(lost).rejects.toThrow(/Whether the call took effect is unknown/);
    while (!ground.older.seen.some(({ body }) => body.includes("get_nothing")))
      await new Promise((r) => setTimeout(r, 25));
    ground.older.drop();
    await outcome;
    await expect(client.callTool(sum)).rejects.toThrow(/session/i);
    const fresh = await ground.client("older");
    expect(textOf(await fresh.callTool(sum))).toBe("3");
    await fresh.close();
  });

  it("serves a client of 2026-07-28 alone from its servers that have only sessions", async () => {
    const authorization = `Bearer ${await ground.token("erin", ["engineers"])}`;
    for (const [connection, name, args, answer] of [
      ["local", "get_steps", { steps: 1, size: 1 }, "done"],
      ["web", "slow", { drop: false }, "done"],
      ["older", "get_sum", { a: 1, b: 2 }, "3"],
    ] as const) {
      const client = new Client({ name: "new", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
      const address = new URL(`${ground.url}/mcp/${connection}`);
      await client.connect(new StreamableHTTPClientTransport(address, { requestInit: { headers: { authorization } } }));
      expect(textOf(await client.callTool({ name, arguments: { ...args } }))).toBe(answer);
      await client.close();
    }
  });

  it("runs a held call once it is approved", async () => {
    const client = await ground.client("local");
    const approverToken = await ground.token("avery", ["approvers"]);
    const approver = await enrolApprover(ground, approverToken);
    const result = client.callTool({ name: "write_note", arguments: { what: "held and approved" } });
    let held: unknown;
    while (held === undefined) {
      const { body } = await call(ground.url, approverToken, "/v1/approvals?state=pending");
      held = (body as { approvals: unknown[] }).approvals[0];
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(await readFile(ground.calls, "utf8")).toBe("");
    expect((await approver.approve(approvalView.parse(held))).status).toBe(200);
    expect(textOf(await result)).toBe("noted");
    expect(await readFile(ground.calls, "utf8")).toBe("held and approved\n");
    await client.close();
  });

  it("tells the caller that the outcome is unknown where it is killed in mid-call, leaves no child, and comes back", async () => {
    const client = await ground.client("local");
    const child = Number(textOf(await client.callTool({ name: "get_pid", arguments: {} })));
    const lost = client.callTool({ name: "slow_write", arguments: { what: "killed in mid-call" } });
    const outcome = expect(lost).rejects.toThrow(/ended before it answered.*Whether the call took effect is unknown/s);
    while (!(await readFile(ground.calls, "utf8")).includes("killed")) await new Promise((r) => setTimeout(r, 25));
    ground.agent().child.kill("SIGKILL");
    await outcome;
    await gone(child);
    await ground.until("away");
    expect(await ground.connection("local")).toMatchObject({
      state: "failed",
      reason: "The agent lab is not connected.",
    });
    await expect(ground.client("web")).rejects.toThrow(/could not be reached. Nothing was run/);
    await ground.startAgent();
    // What the session agreed on has gone with the agent's process.
    await expect(client.callTool({ name: "get_pid", arguments: {} })).rejects.toThrow(/session/i);
    const fresh = await ground.client("local");
    expect(Number(textOf(await fresh.callTool({ name: "get_pid", arguments: {} })))).not.toBe(child);
    await fresh.close();
    expect((await readFile(ground.calls, "utf8")).match(/killed/g)).toHaveLength(1);
  });

  it("comes back by itself after a restart of the gateway, and the ledger names both", async () => {
    await ground.restartGateway();
    await ground.until("connected");
    const client = await ground.client("web");
    await client.close();
    const kinds = ground.ledger().filter((kind) => kind.startsWith("agent."));
    expect(kinds).toEqual([
      "agent.connected",
      "agent.disconnected",
      "agent.connected",
      "agent.disconnected",
      "agent.connected",
    ]);
  });

  it("ends cleanly on SIGTERM and leaves no child behind", async () => {
    const client = await ground.client("local");
    const child = Number(textOf(await client.callTool({ name: "get_pid", arguments: {} })));
    ground.agent().child.kill("SIGTERM");
    expect((await ground.agent().ended()).status).toBe(0);
    expect(isAlive(child)).toBe(false);
    await ground.until("away");
    await ground.startAgent();
  });
});
