import type { HistoryDetail, HistoryFigures, HistoryPage } from "../../../src/shared/history.ts";
import type { ConsoleServer } from "./server.ts";
import { approver, customerPayload, engineer, held } from "./states.ts";

type Line = HistoryPage["lines"][number];

const tools = [
  ["read_file", "reports-share", "low", "executed"],
  ["drop_table", "warehouse-eu", "critical", "denied"],
  ["update_customer", "crm-production", "high", "executed"],
  ["merge_branch", "git-main", "medium", "executed"],
  ["refund_payment", "payments-ledger", "high", "failed"],
  ["write_file", "build-runner", "low", "unknown"],
  ["run_query", "warehouse-eu", "medium", "approved"],
] as const;

/** So many lines of a crafted history, newest first. */
export function pastLines(kind: Line["kind"], many: number): readonly Line[] {
  return Array.from({ length: many }, (_, n): Line => {
    const [tool, connection, risk, state] = tools[n % tools.length] ?? tools[0];
    const isExpired = kind === "request" && n % 9 === 5;
    return {
      kind,
      id: `apr_${n}`,
      atMs: Date.now() - n * 4_000_000,
      state: isExpired ? "expired" : state,
      risk,
      connection,
      tool,
      requester: { name: kind === "request" ? approver.name : engineer.name, kind: "user" },
      verdict: isExpired ? null : state === "denied" ? "deny" : "approve",
      reason: state === "denied" ? "Use the archive job; tables are never dropped by hand." : "",
      deciders: isExpired ? [] : [kind === "request" ? "Tess Third" : approver.name],
      tookMs: isExpired ? null : 21_000 + n,
      entry: 48_213 - n * 7,
    };
  });
}

export const pastFigures: HistoryFigures = {
  days: [3, 0, 1, 7, 6, 10, 2, 0, 1, 3, 8, 3, 4, 7].map((approved, day) => ({
    approved,
    denied: day % 3 === 0 ? 1 : 0,
    expired: day % 7 === 3 ? 1 : 0,
  })),
  total: { approved: 55, denied: 5, expired: 2 },
  typicalMs: 34_000,
};

/** One of the lines whole. */
function pastDetail(line: Line): HistoryDetail {
  const decision = {
    verdict: line.verdict ?? "approve",
    reason: line.reason,
    by: approver,
    device: "dev_5Yt1",
    presence: "window",
    atMs: line.atMs,
  } as const;
  return {
    approval: held({
      id: line.id,
      state: line.state,
      tool: line.tool,
      connection: line.connection,
      risk: line.risk,
      payload: customerPayload,
      decision: line.verdict === null ? null : decision,
      steps: [
        {
          approvers: ["security-approvers"],
          need: "any",
          approvals: line.verdict === "approve" ? [decision] : [],
          missing: 0,
        },
      ],
    }),
    entries: [
      { entry: (line.entry ?? 0) - 3, kind: "approval.pending", atMs: line.atMs - 21_000, own: false },
      {
        entry: line.entry ?? 0,
        kind: line.verdict === "deny" ? "approval.denied" : "approval.approved",
        atMs: line.atMs,
        own: true,
      },
    ],
    checkpoint: { size: 48_384, root: "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=" },
  };
}

/** Answers a console's questions about the history from these lines, so many at a time, as the gateway does. */
export function answerHistory(server: ConsoleServer, many: number, pageSize = 100): void {
  const lines = { decision: pastLines("decision", many), request: pastLines("request", many) };
  server.answer("history.list", ({ kind, search, verdict, risk, after }) => {
    const wanted = typeof search === "string" ? search.toLowerCase() : "";
    const found = lines[kindOf(kind)].filter(
      (line) =>
        [line.tool, line.connection, line.requester.name, line.reason, line.state].some((text) =>
          text.toLowerCase().includes(wanted),
        ) &&
        (verdict === undefined || (line.verdict ?? "none") === verdict) &&
        (risk === undefined || line.risk === risk),
    );
    const from = typeof after === "string" ? Number(after.split(".")[0]) : 0;
    const next = from + pageSize < found.length ? `${from + pageSize}.x` : null;
    return { ok: true, value: { lines: found.slice(from, from + pageSize), next } satisfies HistoryPage };
  });
  server.answer("history.figures", { ok: true, value: pastFigures });
  server.answer("history.show", ({ id }) => {
    const line = lines.decision.find((each) => each.id === id) ?? lines.decision[0];
    return line === undefined
      ? { ok: false, error: { code: "not_found", message: "" } }
      : { ok: true, value: pastDetail(line) };
  });
}

function kindOf(kind: unknown): Line["kind"] {
  return kind === "request" ? "request" : "decision";
}
