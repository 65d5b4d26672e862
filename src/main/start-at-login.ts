import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { app } from "electron";
import { report } from "./report.ts";

/** Starting the app, hidden, when the person logs in. Offered only to an installed app: anything else has no lasting place. */
export interface StartAtLogin {
  readonly offered: boolean;
  /** What cannot be set is reported; the app goes on. */
  apply(on: boolean): void;
}

interface StartParts {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** The profile's folder where it is not the default one. */
  readonly profile: string | null;
}

export function createStartAtLogin({ platform, env, profile }: StartParts): StartAtLogin {
  const args = ["--hidden", ...(profile === null ? [] : ["--profile", profile])];
  return {
    offered: app.isPackaged,
    apply: (on) => {
      if (!app.isPackaged) return;
      try {
        if (platform === "linux") setAutostart(on, [env["APPIMAGE"] ?? process.execPath, ...args]);
        else app.setLoginItemSettings({ openAtLogin: on, args });
      } catch (error) {
        report("Start at login could not be set", error);
      }
    },
  };
}

/** Electron has no call for it on Linux: an entry of the XDG Desktop Application Autostart Specification. */
function setAutostart(on: boolean, command: readonly string[]): void {
  const folder = join(app.getPath("appData"), "autostart");
  const file = join(folder, "countersign-desktop.desktop");
  if (!on) return rmSync(file, { force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, autostartEntry(command));
}

/** The entry for a command. Each word is quoted as the Desktop Entry Specification has it ("The Exec key"). */
export function autostartEntry(command: readonly string[]): string {
  const exec = command.map((word) => `"${word.replace(/["`$\\]/g, "\\$&").replaceAll("%", "%%")}"`).join(" ");
  // A value is itself a string in which `\` is escaped once more.
  const value = exec.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `[Desktop Entry]\nType=Application\nName=Countersign\nExec=${value}\nX-GNOME-Autostart-enabled=true\n`;
}
