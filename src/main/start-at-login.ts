import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { app } from "electron";
import { report } from "./report.ts";
import { startOptions } from "./start-options.ts";

/** Starting the app, hidden, when the person logs in. The system keeps whether it does, and may be told otherwise in its own settings. */
export interface StartAtLogin {
  /** Only to an installed app: anything else has no lasting place. */
  readonly offered: boolean;
  /** `held`: it is asked for, and the system waits for the person to allow it in its settings (macOS). */
  state(): "on" | "off" | "held";
  /** What cannot be set is reported; the app goes on. */
  apply(on: boolean): void;
  /** Where it is on, writes this start's own place into it: an update or a move may have changed that. */
  refresh(): void;
}

interface StartParts {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** The profile's folder where it is not the default one. */
  readonly profile: string | null;
}

export function createStartAtLogin({ platform, env, profile }: StartParts): StartAtLogin {
  const args = ["--hidden", ...(profile === null ? [] : ["--profile", profile])];
  const system =
    platform === "linux"
      ? autostart([env["APPIMAGE"] ?? process.execPath, ...args])
      : loginItem(platform, platform === "win32" ? args.map(quotedForWindows) : args);
  const apply = (on: boolean): void => {
    if (!app.isPackaged) return;
    try {
      system.set(on);
    } catch (error) {
      report("Start at login could not be set", error);
    }
  };
  const state = (): "on" | "off" | "held" => {
    try {
      return app.isPackaged ? system.state() : "off";
    } catch (error) {
      report("Whether the app starts at login could not be read", error);
      return "off";
    }
  };
  return {
    offered: app.isPackaged,
    state,
    apply,
    refresh: () => {
      if (state() === "on") apply(true);
    },
  };
}

/** Whether this start shows no window: it was told so, or macOS started it at login, which hands over no options. */
export function startsHidden(platform: NodeJS.Platform, argv: readonly string[]): boolean {
  if (startOptions(argv).includes("--hidden")) return true;
  return platform === "darwin" && app.isPackaged && app.getLoginItemSettings().wasOpenedAtLogin;
}

interface LoginSystem {
  state(): "on" | "off" | "held";
  set(on: boolean): void;
}

function loginItem(platform: NodeJS.Platform, args: string[]): LoginSystem {
  return {
    state: () => {
      const { openAtLogin, status, executableWillLaunchAtLogin } = app.getLoginItemSettings({ args });
      if (platform === "darwin" && status === "requires-approval") return "held";
      // Windows keeps the entry of what the person turned off in its Task Manager.
      const isOn = platform === "win32" ? openAtLogin && executableWillLaunchAtLogin : openAtLogin;
      return isOn ? "on" : "off";
    },
    set: (on) => app.setLoginItemSettings({ openAtLogin: on, args }),
  };
}

/** Electron has no call for it on Linux: an entry of the XDG Desktop Application Autostart Specification. */
function autostart(command: readonly string[]): LoginSystem {
  const folder = join(app.getPath("appData"), "autostart");
  const file = join(folder, "countersign-desktop.desktop");
  return {
    // A desktop turns an entry off by one of these lines, and leaves it there.
    state: () =>
      existsSync(file) && !/^(?:Hidden=true|X-GNOME-Autostart-enabled=false)\s*$/m.test(readFileSync(file, "utf8"))
        ? "on"
        : "off",
    set: (on) => {
      if (!on) return rmSync(file, { force: true });
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, autostartEntry(command));
    },
  };
}

/** The entry for a command. Each word is quoted as the Desktop Entry Specification has it ("The Exec key"). */
export function autostartEntry(command: readonly string[]): string {
  const exec = command.map((word) => `"${word.replace(/["`$\\]/g, "\\$&").replaceAll("%", "%%")}"`).join(" ");
  // A value is itself a string in which `\` is escaped once more.
  const value = exec.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `[Desktop Entry]\nType=Application\nName=Countersign\nExec=${value}\nX-GNOME-Autostart-enabled=true\n`;
}

/** Electron joins the words by blanks as they are. A folder's name holds no quote; a backslash before the closing one would keep it open. */
function quotedForWindows(word: string): string {
  return /\s/.test(word) ? `"${word.replace(/\\$/, "\\\\")}"` : word;
}
