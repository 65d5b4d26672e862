import { jsonc } from "../format/json.ts";
import { below } from "../machine.ts";
import { bearer, type HttpProgram } from "../program.ts";

/** Cursor: no key for its time-out is documented. */
export const cursor: HttpProgram = {
  id: "cursor",
  name: "Cursor",
  format: jsonc,
  speaks: "http",
  places(machine) {
    const folder = below(machine, machine.home, ".cursor");
    return [{ file: below(machine, folder, "mcp.json"), mark: folder, variant: null }];
  },
  servers: () => ["mcpServers"],
  entry: ({ url, token }) => ({ url, headers: bearer(token) }),
  moving: ["url", "headers"],
  after: { restart: false, words: "Cursor reads it by itself; switch the server on in its MCP settings if it asks." },
};
