import type { Control } from "../client/control.ts";
import { CountersignError } from "../shared/errors.ts";
import { command, positional } from "./command.ts";
import { withOwner } from "./owner.ts";
import { table, type Terminal } from "./terminal.ts";

const help = `Usage: countersign clients list [--profile DIR] [--json]
       countersign clients add NAME
       countersign clients remove NAME|ID

The MCP client programs that may use the tunnel, each with a token of its own. The token is shown once, when the
client is added: give it to that client as the bearer token of a connection's local address. Only its hash is kept.`;

export const clients = command(help, {}, async ({ positionals, profile, terminal }) => {
  const [verb, ...rest] = positionals;
  await withOwner(profile, async (owner) => {
    switch (verb) {
      case "list":
        positional(rest, []);
        return list(owner, terminal);
      case "add":
        return add(owner, positional(rest, ["NAME"])[0], terminal);
      case "remove":
        return remove(owner, positional(rest, ["NAME|ID"])[0], terminal);
      default:
        throw new CountersignError("usage", "clients needs list, add or remove; --help shows the usage.");
    }
  });
});

async function list(owner: Control, terminal: Terminal): Promise<void> {
  const found = await owner.ask("clients.list", {});
  const rows = found.map(({ id, name, createdAtMs, lastUsedAtMs }) => [
    name,
    id,
    new Date(createdAtMs).toISOString(),
    lastUsedAtMs === null ? "never" : new Date(lastUsedAtMs).toISOString(),
  ]);
  terminal.answer(found, table(["client", "id", "added", "last used"], rows));
}

async function add(owner: Control, name: string, terminal: Terminal): Promise<void> {
  const added = await owner.ask("clients.add", { name });
  terminal.answer(added, [`Token of ${added.name}, shown this once:`, added.token]);
}

async function remove(owner: Control, wanted: string, terminal: Terminal): Promise<void> {
  const found = (await owner.ask("clients.list", {})).find(({ id, name }) => id === wanted || name === wanted);
  if (found === undefined) throw new CountersignError("not_found", `There is no client ${JSON.stringify(wanted)}.`);
  await owner.ask("clients.remove", { id: found.id });
  terminal.answer({ id: found.id, name: found.name, removed: true }, [
    `Removed ${found.name}; its token opens nothing now.`,
  ]);
}
