import { json } from "../format/json.ts";
import { below, named } from "../machine.ts";
import { bearer, type HttpProgram } from "../program.ts";

/**
 * Claude Code: `type` has to be said, else the entry is read as a stdio server. `timeout` (milliseconds) ends a call whatever its progress,
 * and no call ends for idleness before it: an hour is what the gateway holds a client that shows progress. The file holds the program's
 * own state as well, which it writes often.
 */
export const claudeCode: HttpProgram = {
  id: "claude-code",
  name: "Claude Code",
  format: json,
  speaks: "http",
  places(machine) {
    const moved = named(machine, "CLAUDE_CONFIG_DIR");
    const file = below(machine, moved ?? machine.home, ".claude.json");
    const folder = moved ?? below(machine, machine.home, ".claude");
    return [{ file, mark: machine.exists(file) ? file : folder, variant: null }];
  },
  servers: () => ["mcpServers"],
  entry: ({ url, token }) => ({ type: "http", url, headers: bearer(token), timeout: 3_600_000 }),
  moving: ["url", "headers"],
  after: { restart: true, words: "Start a new Claude Code session." },
};
