import type { Control } from "../client/control.ts";
import { CountersignError } from "../shared/errors.ts";
import { command, positional } from "./command.ts";
import { withOwner } from "./owner.ts";
import { listed, type Terminal } from "./terminal.ts";

const help = `Usage: countersign clients list [--profile DIR] [--json]
       countersign clients add NAME
       countersign clients remove NAME|ID

The MCP client programs that may use the tunnel, each with a token of its own. The token is shown once, when the
client is added: give it to that client as the bearer token of a connection's local address. Only its hash is kept.`;

export const clients = command(help, {}, async ({ positionals, profile, terminal }) => {
  const act = action(positionals);
  await withOwner(profile, (owner) => act(owner, terminal));
});

type Action = (owner: Control, terminal: Terminal) => Promise<void>;

function action([verb, ...rest]: readonly string[]): Action {
  switch (verb) {
    case "list":
      positional(rest, []);
      return list;
    case "add": {
      const [name] = positional(rest, ["NAME"]);
      return (owner, terminal) => add(owner, name, terminal);
    }
    case "remove": {
      const [wanted] = positional(rest, ["NAME|ID"]);
      return (owner, terminal) => remove(owner, wanted, terminal);
    }
    default:
      throw new CountersignError("usage", "clients needs list, add or remove; --help shows the usage.");
  }
}

async function list(owner: Control, terminal: Terminal): Promise<void> {
  const found = await owner.ask("clients.list", {});
  const rows = found.map(({ id, name, createdAtMs, lastUsedAtMs }) => [
    name,
    id,
    new Date(createdAtMs).toISOString(),
    lastUsedAtMs === null ? "never" : new Date(lastUsedAtMs).toISOString(),
  ]);
  terminal.answer(found, listed("No MCP client has a token yet.", ["client", "id", "added", "last used"], rows));
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
