import type { Control } from "../client/control.ts";
import type { ApprovalView } from "../shared/approval.ts";
import { openStep } from "../shared/approval-steps.ts";
import type { ConsoleState } from "../shared/console.ts";
import { CountersignError, type Result } from "../shared/errors.ts";
import type { HistoryPage } from "../shared/history.ts";
import { visibleLine } from "../shared/visible.ts";
import { clock, meter } from "./approval-text.ts";
import { command, positional } from "./command.ts";
import { signedInState, withOwner } from "./owner.ts";
import { listed, type Terminal } from "./terminal.ts";

const help = `Usage: countersign requests [--all [--search TEXT]] [--profile DIR] [--json]
       countersign requests withdraw ID [--profile DIR] [--json]

Your own calls that a rule holds: who may decide, how far it is, and how long it waits. --all lists those of before as
well, newest first, with how they ended; --search looks in tool, connection, names, reasons and state.
withdraw ends a request that has not begun to run. That cannot be undone; call again to ask again.`;

const options = { all: { type: "boolean" }, search: { type: "string" } } as const;

export const requests = command(help, options, async ({ values, positionals, profile, terminal }) => {
  const [verb, ...rest] = positionals;
  if (verb !== undefined && verb !== "withdraw")
    throw new CountersignError("usage", "requests takes nothing, or withdraw ID; --help shows the usage.");
  if (values.search !== undefined && values.all !== true)
    throw new CountersignError("usage", "--search goes with --all; --help shows the usage.");
  const [id] = verb === undefined ? [undefined] : positional(rest, ["ID"]);
  await withOwner(profile, async (owner) => {
    const state = await signedInState(owner, profile);
    if (id !== undefined) withdrawn(valueOf(await owner.call("approvals.withdraw", { id })), terminal);
    else if (values.all === true) await past(owner, values.search ?? "", terminal);
    else waiting(state, terminal);
  });
});

function waiting(state: ConsoleState, terminal: Terminal): void {
  // Whoever reads a terminal, a model perhaps, is not the person at the console: the number of a critical request is not for it.
  const own = state.approvals
    .filter((each) => each.relation === "requester" && isOpen(each))
    .map((each) => (each.matching ? { ...each, matching: { ...each.matching, number: null } } : each));
  const nowMs = Date.now() + state.gateway.clockOffsetMs;
  const rows = own.map((each) => [
    each.id,
    each.state,
    `${each.connection} ${visibleLine(each.tool, 60)}`,
    each.risk,
    each.state === "pending" ? (each.steps[openStep(each) - 1]?.approvers ?? []).join(", ") : "",
    meter(each),
    each.state === "pending" ? clock(each.expiresAtMs - nowMs) : "",
  ]);
  const heading = ["request", "state", "call", "risk", "decided by", "approvals", "left"];
  terminal.answer(own, listed("None of your calls is held.", heading, rows));
}

/** What may still run: it waits, is approved, or is running. */
function isOpen({ state }: ApprovalView): boolean {
  return state === "pending" || state === "approved" || state === "claimed";
}

/** So many are listed; what is older is found by a search. */
const mostListed = 500;

async function past(owner: Control, search: string, terminal: Terminal): Promise<void> {
  const found: HistoryPage["lines"] = [];
  let after: string | undefined;
  do {
    const filter = { kind: "request", search, ...(after === undefined ? {} : { after }) };
    const page: HistoryPage = valueOf(await owner.call("history.list", filter));
    found.push(...page.lines);
    after = page.next ?? undefined;
  } while (after !== undefined && found.length < mostListed);
  const rows = found.map((line) => [
    line.id,
    new Date(line.atMs).toISOString(),
    line.state,
    `${line.connection} ${visibleLine(line.tool, 60)}`,
    line.risk,
    visibleLine(line.deciders.join(", "), 60),
    visibleLine(line.reason, 100),
  ]);
  const heading = ["request", "held", "state", "call", "risk", "decided by", "reason"];
  terminal.answer(found, listed("None of your calls was held.", heading, rows));
  if (after !== undefined) terminal.note(`There are more than ${mostListed}: narrow the list with --search TEXT.`);
}

function withdrawn(approval: ApprovalView, terminal: Terminal): void {
  const line = `Withdrawn: ${approval.id} is ${approval.state}. Nothing was run. Call again to ask again.`;
  terminal.answer(approval, [line]);
}

function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new CountersignError(result.error.code, result.error.message);
}
