import { jsonc } from "../format/json.ts";
import { below, named } from "../machine.ts";
import { bearer, holdMs, type HttpProgram } from "../program.ts";

/** Gemini CLI: `httpUrl` is Streamable HTTP (`url` would be the old SSE); `timeout` in milliseconds. Its settings may have comments. In a folder that isn't trusted it starts no server, those of the person's own settings neither. */
export const gemini: HttpProgram = {
  id: "gemini",
  name: "Gemini CLI",
  format: jsonc,
  speaks: "http",
  places(machine) {
    const folder = below(machine, named(machine, "GEMINI_CLI_HOME") ?? machine.home, ".gemini");
    return [{ file: below(machine, folder, "settings.json"), mark: folder, variant: null }];
  },
  servers: () => ["mcpServers"],
  entry: ({ url, token }) => ({ httpUrl: url, headers: bearer(token), timeout: holdMs }),
  moving: ["httpUrl", "headers"],
  after: {
    restart: true,
    words: "Start a new Gemini CLI session, in a folder that you trust: in others it switches every server off.",
  },
};
