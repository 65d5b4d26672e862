import type { Control } from "../client/control.ts";
import type { ApprovalView, Verdict } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import { openStep } from "../shared/approval-steps.ts";
import { CountersignError } from "../shared/errors.ts";
import { digest } from "../shared/json.ts";
import { approvalLines, clock, hiddenCount, meter } from "./approval-text.ts";
import { wishLines, wishOf } from "./grant-wish.ts";
import { command, positional } from "./command.ts";
import { signedInState, withOwner } from "./owner.ts";
import { listed, type Terminal } from "./terminal.ts";
import { toldWhileUnanswered } from "./unanswered.ts";

const help = `Usage: countersign approvals list [--all] [--profile DIR] [--json]
       countersign approvals show ID
       countersign approvals approve ID [--reason TEXT] [--for TIME [--uses N] [--prefix ARG=VALUE] [--any ARG]]
       countersign approvals deny ID [--reason TEXT]

The calls that wait for a decision, or that were decided meanwhile (--all). What is shown is masked; the count of
hidden values says how much is not seen. approve and deny print the request, and sign a decision on exactly what they
printed. A call of high or critical risk is approved in the console's window only, a critical one with the number that
its requester sees; a rule may ask for a --reason. Requests of your own: countersign requests.

--for 8h grants later calls of the same person and tool as well, where the rule permits it: at most N, each argument
equal to the one shown, or beginning with VALUE, or anything. --prefix and --any may be given several times.`;

const options = {
  all: { type: "boolean" },
  reason: { type: "string" },
  for: { type: "string" },
  uses: { type: "string" },
  prefix: { type: "string", multiple: true },
  any: { type: "string", multiple: true },
} as const;

export const approvals = command(help, options, async ({ values, positionals, profile, terminal }) => {
  const act = action(positionals, values.all ?? false, values.reason ?? "", wishOf(values));
  await withOwner(profile, async (owner) => act(await signedInState(owner, profile), terminal, owner));
});

type Action = (state: ConsoleState, terminal: Terminal, owner: Control) => void | Promise<void>;

type Wish = ReturnType<typeof wishOf>;

function action([verb, ...rest]: readonly string[], all: boolean, reason: string, wish: Wish): Action {
  if (wish !== null && verb !== "approve")
    throw new CountersignError("usage", "--for goes with approvals approve; --help shows the usage.");
  switch (verb) {
    case "list":
      positional(rest, []);
      return (state, terminal) => list(state, all, terminal);
    case "show": {
      const [id] = positional(rest, ["ID"]);
      return (state, terminal) => show(state, id, terminal);
    }
    case "approve":
    case "deny": {
      const [id] = positional(rest, ["ID"]);
      return (state, terminal, owner) => decide({ owner, state, id, verdict: verb, reason, wish }, terminal);
    }
    default:
      throw new CountersignError("usage", "approvals needs list, show, approve or deny; --help shows the usage.");
  }
}

function list(state: ConsoleState, all: boolean, terminal: Terminal): void {
  const found = state.approvals.filter((approval) => all || approval.state === "pending");
  const rows = found.map((approval) => [
    approval.id,
    approval.state,
    approval.relation === "requester" ? "yours" : approval.requester.name,
    `${approval.connection} ${approval.tool}`,
    approval.risk,
    meter(approval),
    hiddenCount(approval.payload.hidden),
    approval.state === "pending" ? clock(approval.expiresAtMs - gatewayNowMs(state)) : "",
  ]);
  terminal.answer(
    found,
    listed(
      all ? "There is no request." : "No request waits.",
      ["request", "state", "from", "call", "risk", "approvals", "hidden", "left"],
      rows,
    ),
  );
}

function show(state: ConsoleState, id: string, terminal: Terminal): void {
  const approval = find(state, id);
  terminal.answer(approval, approvalLines(approval, gatewayNowMs(state)));
}

interface Deciding {
  readonly owner: Control;
  readonly state: ConsoleState;
  readonly id: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly wish: Wish;
}

async function decide({ owner, state, id, verdict, reason, wish }: Deciding, terminal: Terminal): Promise<void> {
  const approval = find(state, id);
  if (verdict === "approve" && approval.risk === "critical") throw critical();
  // To standard error with --json, where standard output is for the one value.
  const offer = approval.grants ?? null;
  const grant = wish === null ? null : { ...wish, mostUses: wish.mostUses ?? offer?.mostUses ?? 1 };
  const lines = [...approvalLines(approval, gatewayNowMs(state)), ...(grant === null ? [] : wishLines(grant, offer))];
  if (terminal.json) for (const line of lines) terminal.note(line);
  else terminal.answer(null, lines);
  const shown = await digest({ arguments: approval.payload.arguments, hidden: approval.payload.hidden });
  const step = openStep(approval);
  const decision = { id: approval.id, step, verdict, reason, digest: shown };
  const sent = owner.call("approvals.decide", grant === null ? decision : { ...decision, grant });
  const result = await toldWhileUnanswered(sent, { owner, id: approval.id }, terminal);
  if (!result.ok) {
    const { code, message } = result.error;
    throw new CountersignError(code, code === "reason_required" ? `${message} Add --reason TEXT.` : message);
  }
  if (terminal.json) terminal.answer(result.value, []);
  else terminal.answer(null, [doneText(verdict, result.value)]);
}

function critical(): CountersignError {
  return new CountersignError(
    "presence_too_weak",
    "A critical call is approved in the console's window, with the number that its requester tells you. Open it there; deny works here.",
  );
}

function doneText(verdict: Verdict, approval: ApprovalView): string {
  const done = `${verdict === "approve" ? "Approved" : "Denied"}: ${approval.id} is ${approval.state}`;
  return approval.state === "pending" ? `${done}, with ${meter(approval)} approvals.` : `${done}.`;
}

function find(state: ConsoleState, id: string): ApprovalView {
  const found = state.approvals.find((approval) => approval.id === id);
  if (found !== undefined) return found;
  throw new CountersignError(
    "not_found",
    `There is no request ${JSON.stringify(id)} that you may see: approvals list --all`,
  );
}

function gatewayNowMs({ gateway }: ConsoleState): number {
  return Date.now() + gateway.clockOffsetMs;
}
