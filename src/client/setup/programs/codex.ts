import { toml } from "../format/toml.ts";
import { below, named } from "../machine.ts";
import { bearer, holdMs, type HttpProgram } from "../program.ts";

/** Codex CLI: `http_headers`, as a plain `headers` is ignored; `tool_timeout_sec` in seconds, 60 by default. */
export const codex: HttpProgram = {
  id: "codex",
  name: "Codex CLI",
  format: toml,
  speaks: "http",
  places(machine) {
    const folder = named(machine, "CODEX_HOME") ?? below(machine, machine.home, ".codex");
    return [{ file: below(machine, folder, "config.toml"), mark: folder, variant: null }];
  },
  servers: () => ["mcp_servers"],
  entry: ({ url, token }) => ({ url, http_headers: bearer(token), tool_timeout_sec: holdMs / 1000 }),
  moving: ["url", "http_headers"],
  after: { restart: true, words: "Start a new Codex session." },
};
