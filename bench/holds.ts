import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { ApprovalView } from "../src/shared/approval.ts";
import { digest } from "../src/shared/json.ts";
import type { Bench } from "./bench.ts";
import { rowOf, type Row } from "./table.ts";

const holds = 60;

/** Held calls one after another: request → push to the approver's feed → signed decision → released answer. */
export async function measureHolds(
  { world, approver, tunnel, clientToken }: Bench,
  direct: number,
): Promise<readonly Row[]> {
  const client = new Client({ name: "bench", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${clientToken}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(tunnel("files")), { requestInit }));
  const times = { push: [] as number[], decision: [] as number[], release: [] as number[], whole: [] as number[] };
  for (let index = 0; index < holds; index += 1) {
    const pushed = nextRequest(approver);
    const startedMs = performance.now();
    const path = join(world.files, `${index}.txt`);
    const answered = client.callTool({ name: "write_file", arguments: { path, content: "bench" } });
    const approval = await pushed;
    const pushedMs = performance.now();
    const { payload } = approval;
    const shown = await digest({
      arguments: payload.arguments,
      hidden: payload.hidden.map(({ path: at, kind }) => ({ path: at, kind })),
    });
    const decided = await approver.call(
      "approvals.decide",
      { id: approval.id, step: 1, verdict: "approve", reason: "", digest: shown },
      "window",
    );
    if (!decided.ok) throw new Error(decided.error.message);
    const decidedMs = performance.now();
    await answered;
    const endedMs = performance.now();
    times.push.push(pushedMs - startedMs);
    times.decision.push(decidedMs - pushedMs);
    times.release.push(endedMs - decidedMs);
    times.whole.push(endedMs - startedMs);
  }
  await client.close();
  return [
    rowOf("hold to push", times.push, direct),
    rowOf("push to recorded decision", times.decision, direct),
    rowOf("decision to released answer", times.release, direct),
    rowOf("whole, with no time for thought", times.whole, direct),
  ];
}

function nextRequest(approver: Bench["approver"]): Promise<ApprovalView> {
  const known = new Set(approver.state().approvals.map(({ id }) => id));
  return new Promise((resolve) => {
    const stop = approver.onState(({ approvals }) => {
      const fresh = approvals.find(({ id, state }) => state === "pending" && !known.has(id));
      if (fresh === undefined) return;
      known.add(fresh.id);
      queueMicrotask(() => stop());
      resolve(fresh);
    });
  });
}
