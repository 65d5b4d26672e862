import { visibleLine } from "../shared/visible.ts";
import { command, positional } from "./command.ts";
import { signedInState, withOwner } from "./owner.ts";
import { listed } from "./terminal.ts";

const help = `Usage: countersign connections [--profile DIR] [--json]

Lists what this person may reach, each with its local address. An MCP client uses that address with a token of its
own: countersign clients add NAME.`;

export const connections = command(help, {}, async ({ positionals, profile, terminal }) => {
  positional(positionals, []);
  const state = await withOwner(profile, (owner) => signedInState(owner, profile));
  const rows = state.connections.map((connection) => ({ id: connection.name, ...connection }));
  terminal.answer(
    rows,
    listed(
      "You may use no connection of this gateway.",
      ["connection", "state", "server says it is", "address"],
      rows.map(({ name, state: condition, reason, server, url }) => [
        name,
        reason === undefined
          ? condition === "unknown"
            ? state.traffic.lines.some(({ connection }) => connection === name)
              ? "not in use"
              : "not called yet"
            : condition
          : `${condition}: ${visibleLine(reason, 100)}`,
        server === null ? "" : `${server.name} ${server.version}`,
        url ?? "the tunnel is closed",
      ]),
    ),
  );
});
