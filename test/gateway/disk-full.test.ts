import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { approvalView, type ApprovalView } from "../../src/shared/approval.ts";
import { openSource } from "../../src/gateway/audit/source.ts";
import { verifyLedger } from "../../src/gateway/audit/verify.ts";
import { loadKeys } from "../../src/gateway/keys.ts";
import { eventually } from "../support/eventually.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { diskKinds, type SmallDisk } from "../support/small-disk.ts";
import { call } from "../support/world.ts";
import { serve, type Served } from "./connections/servers.ts";
import { enrolApprover } from "./mcp/approver.ts";
import { modernRequest, post, result } from "./mcp/ground.ts";

const program = fileURLToPath(new URL("../../src/cli/index.ts", import.meta.url));
let target: Served;
let gateway: GatewayProcess;
let disk: SmallDisk;
/** What the tools `late_*` wait for at the target. */
let gate: PromiseWithResolvers<void>;

afterEach(async () => {
  gate.resolve();
  await gateway.close();
  await target.close();
});

const rules = [
  { name: "reads", tools: ["get_*"], effect: "allow", readOnly: true },
  { name: "writes", tools: ["set_*", "late_*"], effect: "allow" },
  { name: "held", tools: ["slow_*"], effect: "approve", approvers: ["approvers"] },
];

async function open(through: readonly string[]): Promise<void> {
  gate = Promise.withResolvers();
  target = await serve(async (_request, response, body) => {
    if (body.includes('"late_')) await gate.promise;
    const tools = [{ name: "slow_1", inputSchema: { type: "object" } }];
    const text = body.includes("_long") ? "long ".repeat(100_000) : "done";
    const value = body.includes("tools/list") ? { tools } : { content: [{ type: "text", text }] };
    response.writeHead(200, { "content-type": "application/json" }).end(result(body, value));
  });
  const sinks = [{ name: "siem", file: { path: "data/events.jsonl" } }];
  const roles = { auditor: ["auditors"] };
  gateway = await startGatewayProcess({ target: target.url, rules, config: { sinks, roles }, through });
}

const answer = z.object({
  error: z.object({ code: z.number(), message: z.string(), data: z.looseObject({}) }).optional(),
  result: z.looseObject({}).optional(),
});

async function ask(token: string, name: string): Promise<z.infer<typeof answer>> {
  const response = await post(gateway, token, modernRequest(name, "tools/call", { name, arguments: {} }));
  const text = await response.text();
  return answer.parse(JSON.parse(text.startsWith("{") ? text : (/^data: (\{.*)$/m.exec(text)?.[1] ?? "")));
}

const asked = (name: string): number => target.seen.filter(({ body }) => body.includes(`"${name}"`)).length;

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "m").exec(text)?.[1]);
}

/** Kinds and bodies of the ledger, in order, once it is verified. */
async function verified(): Promise<readonly { readonly kind: string; readonly body: string }[]> {
  const origin = new URL(gateway.url).host;
  const verifierKey = (await loadKeys(join(gateway.folder, "keys"))).verifierKey(origin);
  // A copy: SQLite finds no way into another process's mounts.
  const copy = await mkdtemp(join(gateway.folder, "copy-"));
  for (const name of ["gateway.sqlite", "gateway.sqlite-wal", "bodies"])
    await cp(join(disk.data, name), join(copy, name), { recursive: true, force: true });
  expect(await verifyLedger(await openSource(copy), { verifierKey })).toMatchObject({ ok: true });
  const source = await openSource(copy);
  const entries = [];
  for await (const entry of source.entries())
    if (entry.readable) {
      const { kind } = z.object({ kind: z.string() }).parse(JSON.parse(entry.leaf));
      entries.push({ kind, body: entry.body ?? "" });
    }
  source.close();
  return entries;
}

describe.each(diskKinds)("on a $name", (kind) => {
  it.skipIf(!kind.isHere)(
    "calls stop with an error that says so before they reach their target, and go on by themselves when there is room",
    async () => {
      await open(kind.through);
      disk = kind.of(gateway);
      const erin = await gateway.token("erin", ["engineers"]);
      const avery = await gateway.token("avery", ["approvers"]);
      const audrey = await gateway.token("audrey", ["auditors"]);
      const look = () => call(gateway.url, audrey, "/v1/audit/entries");
      const approver = await enrolApprover(gateway, avery);
      expect(await ask(erin, "get_long")).toHaveProperty("result");
      expect((await look()).status).toBe(200);
      const held = ask(erin, "slow_1");
      const pending = await eventually(() => firstPending(avery));
      const cut = [ask(erin, "late_short"), ask(erin, "late_long")];
      await eventually(() => expect(asked("late_short") + asked("late_long")).toBe(2));

      disk.fill();
      await eventually(async () => expect(await ask(erin, "set_filling")).toMatchObject({ error: full }));
      for (const name of ["set_full", "get_full", "slow_full", "deleted_full"]) {
        expect(await ask(erin, name)).toMatchObject({ error: full });
        expect(asked(name)).toBe(0);
      }
      expect((await ask(erin, "set_full")).error?.message).toBe(
        "The gateway's disk is full, so it could not record this call, and did not pass it on. Nothing was run. Tell who runs the gateway; once there is room, it goes on.",
      );
      // Nobody is shown an answer that is not recorded, nor is a decision taken that is not.
      gate.resolve();
      for (const late of cut) expect(await late).toMatchObject({ error: afterwards });
      for (const refused of [await approver.approve(pending), await look()])
        expect(refused).toMatchObject({ status: 503, body: { error: { code: "disk_full" } } });
      const ready = await fetch(`${gateway.url}/readyz`);
      expect([ready.status, await ready.json()]).toEqual([503, { status: "not_ready", failing: ["disk"] }]);
      expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
      expect(await metric("countersign_disk_full")).toBe(1);

      const { pid } = gateway.child;
      disk.free();
      await eventually(async () => expect(await metric("countersign_disk_full")).toBe(0));
      expect(await ask(erin, "set_after")).toHaveProperty("result");
      expect((await approver.approve(pending)).status).toBe(200);
      expect(await held).toHaveProperty("result");
      expect(gateway.child.pid).toBe(pid);
      expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
      expect((await look()).status).toBe(200);
      expect(occurrences(gateway.log(), "disk.full")).toBe(1);
      expect(occurrences(gateway.log(), "disk.has_room")).toBe(1);
      expect(occurrences(gateway.log(), "request.failed")).toBe(0);

      // Of what ran and could not be recorded the ledger says so; the sink, whose file stood on the same disk, has all of it in order.
      const entries = await eventually(async () => {
        const found = await verified();
        expect(found.filter(({ kind: each, body }) => each === "call.response" && unrecorded(body))).toHaveLength(2);
        const delivered = await sequences();
        expect([...new Set(delivered)].slice(0, found.length)).toEqual(found.map((_, seq) => seq));
        return found;
      });
      expect(entries.filter(({ body }) => /set_f|get_f|_full/.test(body))).toEqual([]);
    },
  );
});

it.skipIf(process.platform !== "linux")(
  "a gateway that is started on a full disk says what to do, and ends",
  async () => {
    await open([]);
    gateway.child.kill("SIGKILL");
    await gateway.ended();
    const start = [
      "--fsize=0:",
      process.execPath,
      program,
      "gateway",
      "--config",
      join(gateway.folder, "gateway.yaml"),
    ];
    const { status, stderr } = spawnSync("/usr/bin/prlimit", start, { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toContain("The data folder's disk is full: make room, then start the gateway again.");
  },
);

const full = { code: -32061, data: { code: "disk_full", outcome: "not_run" } };
const afterwards = {
  ...full,
  data: { code: "disk_full", outcome: "unknown" },
  message: expect.stringContaining("check whether it took effect before you repeat it") as string,
};

async function firstPending(token: string): Promise<ApprovalView> {
  const { body } = await call(gateway.url, token, "/v1/approvals?state=pending");
  const [found] = z.object({ approvals: z.array(approvalView) }).parse(body).approvals;
  if (found === undefined) throw new Error("it does not wait yet");
  return found;
}

function occurrences(log: string, event: string): number {
  return log.split(`"event":"${event}"`).length - 1;
}

function unrecorded(body: string): boolean {
  return z.object({ unrecorded: z.literal(true), outcome: z.literal("unknown") }).safeParse(JSON.parse(body)).success;
}

/** Which entries the sink's file has, line by line. */
async function sequences(): Promise<readonly number[]> {
  const lines = (await readFile(join(disk.data, "events.jsonl"), "utf8")).trimEnd().split("\n");
  const event = z.object({ metadata: z.object({ sequence: z.number() }) });
  return lines.map((line) => event.parse(JSON.parse(line)).metadata.sequence);
}
