import { jsonc } from "../format/json.ts";
import { below } from "../machine.ts";
import { bearer, type HttpProgram } from "../program.ts";

/** Windsurf (Cascade): `serverUrl`, not `url`; no key for its time-out is documented. */
export const windsurf: HttpProgram = {
  id: "windsurf",
  name: "Windsurf",
  format: jsonc,
  speaks: "http",
  places(machine) {
    const folder = below(machine, machine.home, ".codeium", "windsurf");
    return [{ file: below(machine, folder, "mcp_config.json"), mark: folder, variant: null }];
  },
  servers: () => ["mcpServers"],
  entry: ({ url, token }) => ({ serverUrl: url, headers: bearer(token) }),
  moving: ["serverUrl", "headers"],
  after: { restart: true, words: "Refresh the MCP servers in Cascade, or restart Windsurf." },
};
