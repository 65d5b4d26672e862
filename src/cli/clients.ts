import type { Control } from "../client/control.ts";
import { CountersignError } from "../shared/errors.ts";
import { claimText } from "./claim-text.ts";
import { command, positional } from "./command.ts";
import { withOwner } from "./owner.ts";
import { listed, type Terminal } from "./terminal.ts";

const help = `Usage: countersign clients list [--profile DIR] [--json]
       countersign clients add NAME [--stdio]
       countersign clients remove NAME|ID

The MCP client programs that may use the tunnel, each with a token of its own. The token is shown once, when the
client is added: give it to that client as the bearer token of a connection's local address. Only its hash is kept.
Clients that come by \`countersign stdio\` have none and only say who they are (unverified): any program of yours could.
Such a one that was removed comes again only after it was added with --stdio. What a client says it is, is its own
word: nothing is decided by it.`;

export const clients = command(
  help,
  { stdio: { type: "boolean" } },
  async ({ values, positionals, profile, terminal }) => {
    const act = action(positionals, (values.stdio ?? false) ? admit : add);
    await withOwner(profile, (owner) => act(owner, terminal));
  },
);

type Action = (owner: Control, terminal: Terminal) => Promise<void>;

type Add = (owner: Control, name: string, terminal: Terminal) => Promise<void>;

function action([verb, ...rest]: readonly string[], adding: Add): Action {
  switch (verb) {
    case "list":
      positional(rest, []);
      return list;
    case "add": {
      const [name] = positional(rest, ["NAME"]);
      return (owner, terminal) => adding(owner, name, terminal);
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
  const rows = found.map(({ id, name, createdAtMs, lastUsedAtMs, unverified, claimed }) => [
    unverified === true ? `${name} (stdio, unverified)` : name,
    claimText(claimed),
    id,
    new Date(createdAtMs).toISOString(),
    lastUsedAtMs === null ? "never" : new Date(lastUsedAtMs).toISOString(),
  ]);
  terminal.answer(
    found,
    listed("No MCP client has a token yet.", ["client", "says it is", "id", "added", "last used"], rows),
  );
}

async function add(owner: Control, name: string, terminal: Terminal): Promise<void> {
  const added = await owner.ask("clients.add", { name });
  terminal.answer(added, [`Token of ${added.name}, shown this once:`, added.token]);
}

async function admit(owner: Control, name: string, terminal: Terminal): Promise<void> {
  const admitted = await owner.ask("clients.admit", { name });
  terminal.answer(admitted, [
    `${admitted.name} may come over stdio: countersign stdio CONNECTION --client ${admitted.name}`,
  ]);
}

async function remove(owner: Control, wanted: string, terminal: Terminal): Promise<void> {
  const meant = (await owner.ask("clients.list", {})).filter(({ id, name }) => id === wanted || name === wanted);
  const [found] = meant;
  if (found === undefined) throw new CountersignError("not_found", `There is no client ${JSON.stringify(wanted)}.`);
  // Over stdio any program of this user's takes a name, also that of a client with a token.
  if (meant.length > 1)
    throw new CountersignError(
      "bad_request",
      `${meant.length} clients are called ${found.name}: remove one by its id, as \`countersign clients list\` has it.`,
    );
  await owner.ask("clients.remove", { id: found.id });
  const over = found.unverified === true ? "it is refused over stdio now" : "its token opens nothing now";
  terminal.answer({ id: found.id, name: found.name, removed: true }, [`Removed ${found.name}; ${over}.`]);
}
