import { CountersignError } from "../shared/errors.ts";
import type { ToolView } from "../shared/tool.ts";
import { visibleLine } from "../shared/visible.ts";
import { restoreAccess, revokeAccess } from "./admin-access.ts";
import { eraseCommand, holdCommand, retentionOptions } from "./admin-retention.ts";
import { command, positional } from "./command.ts";
import { withOwner } from "./owner.ts";
import { table, type Terminal } from "./terminal.ts";

const help = `Usage: countersign admin tools list [--profile DIR] [--json]
       countersign admin tools accept CONNECTION TOOL [--fingerprint TEXT] [--profile DIR] [--json]
       countersign admin revoke principal|device|session ID [--profile DIR] [--json]
       countersign admin restore principal ID [--profile DIR] [--json]
       countersign admin hold add NAME --reason TEXT [--connection NAME] [--person ID] [--from TIME] [--to TIME]
           [--profile DIR] [--json]
       countersign admin hold list [--profile DIR] [--json]
       countersign admin hold lift NAME --reason TEXT [--profile DIR] [--json]
       countersign admin erase [--entry N|N..M] [--connection NAME] [--person ID] [--from TIME] [--to TIME]
           --reason TEXT [--profile DIR] [--json]

For the role admin. A tool whose declaration changed since the gateway first saw it is denied. list shows every tool
that the gateway has seen since it started, and which have changed; accept lets a changed one through as it is declared
now. Look at its description first: --fingerprint accepts only the declaration that was looked at.

revoke ends what it names at once, streams and held calls too, and refuses it from then on, over restarts of the
gateway: a principal (ISSUER:KEY, as the ledger names it, with all identities of that person) until restore; a device for
good; a session until its person has signed in anew. devices list --principal ID names devices and sessions.

hold add keeps what it covers in the ledger, whatever its age and whoever asks, until hold lift: all, or what fits all
that is given. erase takes the bodies of entries that fit all that is given (an entry, a connection or a person at least)
out of every file of the gateway for good, but for what is held or in force: entry numbers, times and kinds stay, and the
ledger records who erased and why. A TIME is a date (2026-11-20), a time (2026-11-20T08:00:00Z) or a duration back from
now (24h, 7d); --to is not included.`;

const options = { fingerprint: { type: "string" }, ...retentionOptions } as const;

export const admin = command(help, options, async ({ values, positionals, ...rest }) => {
  const [subject, verb] = positionals;
  if (subject === "hold") return await holdCommand({ positionals, given: values, ...rest });
  if (subject === "erase") return await eraseCommand({ positionals, given: values, ...rest });
  const wrong = Object.keys(retentionOptions).find((name) => Object.hasOwn(values, name));
  if (wrong !== undefined) throw new CountersignError("usage", `--${wrong} is for admin hold and admin erase alone.`);
  if (subject === "revoke") {
    const [, kind, id] = positional(positionals, ["revoke", "KIND", "ID"]);
    return await revokeAccess(rest.profile, rest.terminal, kind, id);
  }
  if (subject === "restore") {
    const [, kind, id] = positional(positionals, ["restore", "principal", "ID"]);
    if (kind !== "principal") throw new CountersignError("usage", "Only a principal can be restored.");
    return await restoreAccess(rest.profile, rest.terminal, id);
  }
  if (subject !== "tools" || (verb !== "list" && verb !== "accept")) {
    throw new CountersignError(
      "usage",
      "admin knows tools list, tools accept, revoke, restore, hold and erase; --help shows the usage.",
    );
  }
  if (verb === "list") {
    positional(positionals, ["tools", "list"]);
    return await list(rest.profile, rest.terminal);
  }
  const [, , connection, tool] = positional(positionals, ["tools", "accept", "CONNECTION", "TOOL"]);
  return await accept(rest.profile, rest.terminal, connection, tool, values.fingerprint);
});

async function list(profile: string, terminal: Terminal): Promise<void> {
  const tools = await withOwner(profile, (owner) => owner.ask("tools.list", {}));
  const rows = tools.map((tool) => ({ id: `${tool.connection} ${tool.tool}`, ...tool, changed: isChanged(tool) }));
  terminal.answer(
    rows,
    table(
      ["connection", "tool", "state", "fingerprint", "description (the server's own words)"],
      rows.map(({ connection, tool, changed, fingerprint, description }) => [
        connection,
        visibleLine(tool, 60),
        changed ? "changed, denied" : "accepted",
        fingerprint,
        visibleLine(description ?? "", 100),
      ]),
    ),
  );
}

async function accept(
  profile: string,
  terminal: Terminal,
  connection: string,
  tool: string,
  fingerprint: string | undefined,
): Promise<void> {
  const accepted = await withOwner(profile, async (owner) => {
    const tools = await owner.ask("tools.list", {});
    const known = tools.find((each) => each.connection === connection && each.tool === tool);
    if (known === undefined)
      throw new CountersignError("not_found", "No tool of this name was seen on this connection.");
    const input = { connection, tool, fingerprint: fingerprint ?? known.fingerprint };
    await owner.ask("tools.accept", input);
    return input;
  });
  terminal.answer({ id: `${connection} ${tool}`, ...accepted }, [
    `Accepted: ${visibleLine(tool, 60)} on ${connection}, as declared now.`,
  ]);
}

function isChanged({ fingerprint, accepted }: ToolView): boolean {
  return fingerprint !== accepted;
}
