import { yaml } from "../format/yaml.ts";
import { below, named, settingsFolder, xdgFolder, type Machine } from "../machine.ts";
import { bearer, holdMs, type HttpProgram } from "../program.ts";

/** Goose, its desktop and its command alike: an extension names itself, and `timeout` is in seconds (its guide to configuration files). */
export const goose: HttpProgram = {
  id: "goose",
  name: "Goose",
  format: yaml,
  speaks: "http",
  places(machine) {
    const folder = folderOf(machine);
    return [{ file: below(machine, folder, "config.yaml"), mark: folder, variant: null }];
  },
  servers: () => ["extensions"],
  entry: ({ name, url, token }) => ({
    enabled: true,
    type: "streamable_http",
    name,
    description: "Through Countersign",
    uri: url,
    envs: {},
    env_keys: [],
    headers: bearer(token),
    timeout: holdMs / 1000,
  }),
  moving: ["uri", "headers"],
  after: { restart: true, words: "Start a new Goose session." },
};

function folderOf(machine: Machine): string {
  const root = named(machine, "GOOSE_PATH_ROOT");
  if (root !== null) return below(machine, root, "config");
  if (machine.platform === "win32") return below(machine, settingsFolder(machine), "Block", "goose", "config");
  return below(machine, xdgFolder(machine), "goose");
}
