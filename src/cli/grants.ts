import type { GrantView } from "../shared/grant.ts";
import type { ConsoleState } from "../shared/console.ts";
import { CountersignError, type Result } from "../shared/errors.ts";
import { visibleLine } from "../shared/visible.ts";
import { clock } from "./approval-text.ts";
import { command, positional } from "./command.ts";
import { signedInState, withOwner } from "./owner.ts";
import { listed, type Terminal } from "./terminal.ts";

const help = `Usage: countersign grants list [--all] [--profile DIR] [--json]
       countersign grants revoke ID [--profile DIR] [--json]

Grants let later calls of one person and tool run without a decision: those you hold, and those whose rule you decide
for. --all lists ended ones too. One is made with a decision: countersign approvals approve ID --for TIME. revoke ends
it at once, whoever of its approvers made it; who holds it may end it as well.`;

export const grants = command(
  help,
  { all: { type: "boolean" } },
  async ({ values, positionals, profile, terminal }) => {
    const [verb, ...rest] = positionals;
    if (verb !== "list" && verb !== "revoke")
      throw new CountersignError("usage", "grants needs list or revoke; --help shows the usage.");
    const [id] = verb === "list" ? positional(rest, []) : positional(rest, ["ID"]);
    await withOwner(profile, async (owner) => {
      const state = await signedInState(owner, profile);
      if (id === undefined) list(state, valueOf(await owner.call("grants.list", {})), values.all ?? false, terminal);
      else told(valueOf(await owner.call("grants.revoke", { id })), terminal);
    });
  },
);

function list(state: ConsoleState, found: readonly GrantView[], all: boolean, terminal: Terminal): void {
  const shown = found.filter((grant) => all || grant.state === "live");
  const nowMs = Date.now() + state.gateway.clockOffsetMs;
  const rows = shown.map((grant) => [
    grant.id,
    grant.state,
    grant.relation === "holder" ? "you" : visibleLine(grant.principal.name, 40),
    `${grant.connection} ${visibleLine(grant.tool, 60)}`,
    visibleLine(grant.constraints.map(bound).join(", "), 100),
    `${grant.uses} of ${grant.mostUses}`,
    visibleLine(grant.by.name, 40),
    grant.state === "live" ? clock(grant.endsAtMs - nowMs) : "",
  ]);
  const heading = ["grant", "state", "for", "call", "arguments", "used", "by", "left"];
  terminal.answer(shown, listed(all ? "There is no grant." : "No grant lives.", heading, rows));
}

function told(grant: GrantView, terminal: Terminal): void {
  const why = grant.end === null ? "" : `: ${visibleLine(grant.end.why, 200)}`;
  terminal.answer(grant, [`${grant.id} is ${grant.state}${why}`]);
}

function bound(constraint: GrantView["constraints"][number]): string {
  const name = JSON.stringify(constraint.argument);
  switch (constraint.constraint) {
    case "equal":
      return `${name} is ${JSON.stringify(constraint.shown)}`;
    case "prefix":
      return `${name} begins with ${JSON.stringify(constraint.prefix)}`;
    case "any":
      return `${name} anything`;
    default:
      return constraint satisfies never;
  }
}

function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new CountersignError(result.error.code, result.error.message);
}
