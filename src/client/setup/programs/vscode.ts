import { jsonc } from "../format/json.ts";
import { below, flatpakFolder, settingsFolder, type Machine } from "../machine.ts";
import { bearer, type HttpProgram, type Place } from "../program.ts";

/** VS Code's default profile: `mcp.json` in its user folder, with comments. It has no key for its time-out. Its Snap is unconfined and uses the usual folder. */
export const vscode: HttpProgram = {
  id: "vscode",
  name: "VS Code",
  format: jsonc,
  speaks: "http",
  places(machine) {
    const usual = settingsFolder(machine);
    return [
      place(machine, below(machine, usual, "Code"), null),
      place(machine, below(machine, usual, "Code - Insiders"), "Insiders"),
      ...(machine.platform === "linux"
        ? [
            place(machine, below(machine, flatpakFolder(machine, "com.visualstudio.code"), "Code"), "Flatpak"),
            place(
              machine,
              below(machine, flatpakFolder(machine, "com.visualstudio.code.insiders"), "Code - Insiders"),
              "Insiders, Flatpak",
            ),
          ]
        : []),
    ];
  },
  servers: () => ["servers"],
  entry: ({ url, token }) => ({ type: "http", url, headers: bearer(token) }),
  moving: ["url", "headers"],
  after: { restart: false, words: "VS Code asks whether you trust the server when it first starts it." },
};

function place(machine: Machine, folder: string, variant: string | null): Place {
  return { file: below(machine, folder, "User", "mcp.json"), mark: folder, variant };
}
