import type { Report, Seen } from "./report.ts";

/** What the report can't show, so that nobody takes silence for a clean record. */
export function gapsOf(
  report: Omit<Report, "v" | "entries" | "gaps" | "madeAtMs"> & { readonly nowMs: number; readonly seen: Seen },
): readonly string[] {
  const { ledger, seen, fromMs, toMs, nowMs, calls, decisions, events } = report;
  const crashes = events.running.first.filter(({ kind }) => kind === "gateway.unclean_stop").length;
  return [
    ...(ledger.ok
      ? []
      : [
          "The ledger does not hold: its findings stand at the report's beginning, and nothing here is evidence before they are explained.",
        ]),
    ...(seen.firstAtMs !== null && seen.firstAtMs > fromMs
      ? [`The ledger begins at ${iso(seen.firstAtMs)}, after the period did: what was before is not recorded here.`]
      : []),
    ...(toMs > nowMs ? ["The period has not ended yet."] : []),
    ...(seen.entries === 0 ? ["The ledger has no entry in this period."] : []),
    ...(seen.erased > 0
      ? [
          `Of the period, ${counted(seen.erased, "entry was", "entries were")} erased, and counted nowhere else in this report.`,
        ]
      : []),
    ...(seen.unreadable > 0 ? [`${counted(seen.unreadable, "entry", "entries")} can't be read.`] : []),
    ...(calls.open.count > 0
      ? [
          `The end of ${counted(calls.open.count, "call", "calls")} is not recorded within the period, because it still ran or waited, or the gateway stopped: whether the target did what was asked is not known.`,
        ]
      : []),
    ...(decisions.unverified.count > 0
      ? [`${counted(decisions.unverified.count, "decision", "decisions")} could not be verified from the ledger alone.`]
      : []),
    ...(decisions.ranUnproven.count > 0
      ? [
          `${counted(decisions.ranUnproven.count, "held call", "held calls")} ran without as many verified approvals as the rule asks for.`,
        ]
      : []),
    ...(crashes > 0 ? [`The gateway stopped ${counted(crashes, "time", "times")} without saying so.`] : []),
    ...always,
  ];
}

/** True of every report. */
const always = [
  "What reached a target by another way than the gateway is not recorded here.",
  "Who is who is the sign-in provider's word; names of clients and tools are what they call themselves.",
  "Sensitive values were masked before they were recorded.",
];

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function counted(n: number, one: string, many: string): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}
