import { CountersignError } from "../shared/errors.ts";
import type { ToolView } from "../shared/tool.ts";
import { visibleLine } from "../shared/visible.ts";
import { restoreAccess, revokeAccess } from "./admin-access.ts";
import { command, positional } from "./command.ts";
import { withOwner } from "./owner.ts";
import { table, type Terminal } from "./terminal.ts";

const help = `Usage: countersign admin tools list [--profile DIR] [--json]
       countersign admin tools accept CONNECTION TOOL [--fingerprint TEXT] [--profile DIR] [--json]
       countersign admin revoke principal|device|session ID [--profile DIR] [--json]
       countersign admin restore principal ID [--profile DIR] [--json]

For the role admin. A tool whose declaration changed since the gateway first saw it is denied. list shows every tool
that the gateway has seen since it started, and which have changed; accept lets a changed one through as it is declared
now. Look at its description first: --fingerprint accepts only the declaration that was looked at.

revoke ends what it names at once, streams and held calls too, and refuses it from then on, over restarts of the
gateway: a principal (ISSUER:KEY, as the ledger names it, with all identities of that person) until restore; a device for
good; a session until its person has signed in anew. devices list --principal ID names devices and sessions.`;

export const admin = command(help, { fingerprint: { type: "string" } }, async ({ values, positionals, ...rest }) => {
  const [subject, verb] = positionals;
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
      "admin knows tools list, tools accept, revoke and restore; --help shows the usage.",
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
