import { jsonc } from "../format/json.ts";
import { isMap, valueAt, type Value } from "../format/value.ts";
import { below, named, xdgFolder, type Machine } from "../machine.ts";
import { bearer, holdMs, type HttpProgram } from "../program.ts";

/**
 * opencode: ~/.config on every system, with or without comments. `timeout` in milliseconds, five seconds by default. Version 2 reads
 * version 1's shape as well and has one of its own, `mcp.servers` (its guide "Migrate from V1"): a file of that shape keeps it.
 */
export const opencode: HttpProgram = {
  id: "opencode",
  name: "opencode",
  format: jsonc,
  speaks: "http",
  places: (machine) => [{ file: fileOf(machine), mark: below(machine, xdgFolder(machine), "opencode"), variant: null }],
  servers: (settings) => (isSecond(settings) ? ["mcp", "servers"] : ["mcp"]),
  entry({ url, token }, settings) {
    // Without `oauth: false` a refused token would start a sign-in that the tunnel doesn't have.
    const remote = { type: "remote", url, headers: bearer(token), oauth: false };
    return isSecond(settings)
      ? { ...remote, timeout: { request: holdMs } }
      : { ...remote, enabled: true, timeout: holdMs };
  },
  moving: ["url", "headers"],
  after: { restart: true, words: "Restart opencode." },
};

function fileOf(machine: Machine): string {
  const folder = below(machine, xdgFolder(machine), "opencode");
  const commented = below(machine, folder, "opencode.jsonc");
  const plain = below(machine, folder, "opencode.json");
  return named(machine, "OPENCODE_CONFIG") ?? (machine.exists(commented) ? commented : plain);
}

/** A server of version 1 may be called `servers` too, but has a type. */
function isSecond(settings: Value): boolean {
  const servers = valueAt(settings, ["mcp", "servers"]);
  return isMap(servers) && !servers.has("type");
}
