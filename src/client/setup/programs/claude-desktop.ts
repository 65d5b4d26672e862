import { json } from "../format/json.ts";
import { below, named, settingsFolder, type Machine } from "../machine.ts";
import type { Place, StdioProgram } from "../program.ts";

/**
 * Claude Desktop: stdio servers only, no key for its time-out (one to four minutes). Built for Windows as a package (MSIX) since February
 * 2026, whose AppData is shadowed in the package's LocalCache (anthropics/claude-code issue 26073); the other path is its older installer's.
 */
export const claudeDesktop: StdioProgram = {
  id: "claude-desktop",
  name: "Claude Desktop",
  format: json,
  speaks: "stdio",
  places: (machine) => [
    ...storePlaces(machine),
    place(machine, below(machine, settingsFolder(machine), "Claude"), null),
  ],
  servers: () => ["mcpServers"],
  entry: ({ command, args }) => ({ command, args }),
  moving: ["command", "args"],
  after: { restart: true, words: "Quit Claude Desktop, in the tray as well, and start it again." },
};

function storePlaces(machine: Machine): readonly Place[] {
  if (machine.platform !== "win32") return [];
  const local = named(machine, "LOCALAPPDATA") ?? below(machine, machine.home, "AppData", "Local");
  const packages = below(machine, local, "Packages");
  return machine
    .names(packages)
    .filter((name) => name.startsWith("Claude_"))
    .map((name) => place(machine, below(machine, packages, name, "LocalCache", "Roaming", "Claude"), "Windows store"));
}

function place(machine: Machine, folder: string, variant: string | null): Place {
  return { file: below(machine, folder, "claude_desktop_config.json"), mark: folder, variant };
}
