import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { posix, win32 } from "node:path";

/** What says where clients keep their files: the system, the person's home, and what their environment moves. */
export interface Machine {
  readonly platform: "linux" | "darwin" | "win32";
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a file or folder is there. */
  exists(path: string): boolean;
  /** The names in a folder; none where it can't be read. */
  names(folder: string): readonly string[];
}

/** The variables that clients look at to find their files; all else of an environment is none of ours. */
const placeVariables = [
  "HOME",
  "USERPROFILE",
  "APPDATA",
  "LOCALAPPDATA",
  "XDG_CONFIG_HOME",
  "CLAUDE_CONFIG_DIR",
  "CODEX_HOME",
  "GEMINI_CLI_HOME",
  "OPENCODE_CONFIG",
  "GOOSE_PATH_ROOT",
] as const;

/** What of an environment says where clients keep their files. */
export function placesIn(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    placeVariables.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** This machine, as the environment of whoever asks has it. */
export function thisMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  const platform = process.platform === "win32" || process.platform === "darwin" ? process.platform : "linux";
  return {
    platform,
    home: absolute({ platform }, platform === "win32" ? env["USERPROFILE"] : env["HOME"]) ?? homedir(),
    env,
    exists: existsSync,
    names(folder) {
      try {
        return readdirSync(folder);
      } catch {
        return [];
      }
    },
  };
}

/** A path below a folder, by the rules of that machine's system. */
export function below(machine: Pick<Machine, "platform">, folder: string, ...names: readonly string[]): string {
  return (machine.platform === "win32" ? win32 : posix).join(folder, ...names);
}

/** A folder or file that the environment names; a relative one would mean something else to each program. */
export function named(machine: Machine, variable: (typeof placeVariables)[number]): string | null {
  return absolute(machine, machine.env[variable]);
}

/** Where programs with windows keep their settings: Application Support, %APPDATA%, or the XDG folder. */
export function settingsFolder(machine: Machine): string {
  switch (machine.platform) {
    case "darwin":
      return below(machine, machine.home, "Library", "Application Support");
    case "win32":
      return named(machine, "APPDATA") ?? below(machine, machine.home, "AppData", "Roaming");
    case "linux":
      return xdgFolder(machine);
    default:
      return machine.platform satisfies never;
  }
}

/** `~/.config`, or where XDG_CONFIG_HOME says; some programs use it on every system. */
export function xdgFolder(machine: Machine): string {
  return named(machine, "XDG_CONFIG_HOME") ?? below(machine, machine.home, ".config");
}

/** The settings folder that a Flatpak application sees as its `~/.config`. */
export function flatpakFolder(machine: Machine, application: string): string {
  return below(machine, machine.home, ".var", "app", application, "config");
}

function absolute({ platform }: Pick<Machine, "platform">, path: string | undefined): string | null {
  const absolutePath = (platform === "win32" ? win32 : posix).isAbsolute(path ?? "");
  return path !== undefined && absolutePath ? path : null;
}
