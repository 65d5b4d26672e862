import { jsonc } from "../format/json.ts";
import { below, flatpakFolder, settingsFolder, xdgFolder, type Machine } from "../machine.ts";
import { bearer, holdMs, type HttpProgram, type Place } from "../program.ts";

/** Zed: `timeout` in seconds goes before its own `context_server_timeout` of 60 (Zed's ContextServerSettingsContent). On macOS it uses ~/.config. */
export const zed: HttpProgram = {
  id: "zed",
  name: "Zed",
  format: jsonc,
  speaks: "http",
  places(machine) {
    const usual =
      machine.platform === "win32"
        ? below(machine, settingsFolder(machine), "Zed")
        : below(machine, configFolder(machine), "zed");
    const flatpak = below(machine, flatpakFolder(machine, "dev.zed.Zed"), "zed");
    return [place(machine, usual, null), ...(machine.platform === "linux" ? [place(machine, flatpak, "Flatpak")] : [])];
  },
  servers: () => ["context_servers"],
  entry: ({ url, token }) => ({ url, headers: bearer(token), timeout: holdMs / 1000 }),
  moving: ["url", "headers"],
  after: { restart: false, words: "Zed reads it by itself." },
};

function configFolder(machine: Machine): string {
  return machine.platform === "linux" ? xdgFolder(machine) : below(machine, machine.home, ".config");
}

function place(machine: Machine, folder: string, variant: string | null): Place {
  return { file: below(machine, folder, "settings.json"), mark: folder, variant };
}
