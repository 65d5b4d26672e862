import { execFile } from "node:child_process";
import { join } from "node:path";

/** Runs a program and resolves to its output, or to null where it failed or took too long. */
export type Run = (file: string, args: readonly string[], env?: NodeJS.ProcessEnv) => Promise<string | null>;

/** What is running, and where. */
export interface Executable {
  readonly platform: NodeJS.Platform;
  readonly isPackaged: boolean;
  /** The path of the running executable. */
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Whether the system vouches that a click on one of our notifications is a click: a signed app on macOS or Windows. On Linux
 * any process may speak for the notification daemon. Whatever cannot be found out counts as no.
 */
export async function isVouched({ platform, isPackaged, path, env }: Executable, run: Run = runFile): Promise<boolean> {
  if (!isPackaged) return false;
  if (platform === "darwin") return (await run("/usr/bin/codesign", codesign(path))) !== null;
  if (platform !== "win32") return false;
  const root = env["SystemRoot"];
  if (root === undefined) return false;
  const shell = join(root, "System32", "WindowsPowerShell", "v1.0", "powershell.exe");
  // The path goes by the environment: in the command's text it would be read as part of it.
  const status = await run(shell, ["-NoProfile", "-NonInteractive", "-Command", authenticode], {
    ...env,
    COUNTERSIGN_EXECUTABLE: path,
  });
  return status?.trim() === "Valid";
}

/** Signed by somebody whom Apple knows; an ad-hoc signature is not. */
function codesign(path: string): readonly string[] {
  return ["--verify", "--strict", "-R=anchor apple generic", path];
}

const authenticode = "(Get-AuthenticodeSignature -LiteralPath $env:COUNTERSIGN_EXECUTABLE).Status";

const runFile: Run = (file, args, env) =>
  new Promise((resolve) => {
    execFile(file, [...args], { env, timeout: 20_000, windowsHide: true }, (error, output) => {
      resolve(error === null ? output : null);
    });
  });
