import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What asking the OS keyring for the vault's key came to. */
type KeyringAnswer = { readonly ok: true; readonly key: Buffer } | { readonly ok: false; readonly why: string };

interface Asking {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** The program that asks; another in tests. */
  readonly program?: string;
  readonly withinMs?: number;
}

/** Asks within three seconds, and asks nobody to unlock anything for longer than that. Never throws. */
export async function keyringKey(asking: Asking): Promise<KeyringAnswer> {
  const { env, platform, program = child, withinMs = longestMs } = asking;
  if (platform === "linux" && !hasSessionBus(env)) return { ok: false, why: "there is no desktop session here" };
  const said = await run(program, env, withinMs);
  if (said === null) return { ok: false, why: "the OS keyring did not answer in time" };
  const key = Buffer.from(said, "base64");
  return key.length === keyBytes
    ? { ok: true, key }
    : { ok: false, why: "there is no OS keyring here, or it is locked" };
}

export const keyBytes = 32;
const longestMs = 3_000;
const child = fileURLToPath(new URL(`./keyring-child${extname(import.meta.url)}`, import.meta.url));

/** Without one there is nobody to ask, and no process is started for it. */
function hasSessionBus(env: NodeJS.ProcessEnv): boolean {
  if ((env["DBUS_SESSION_BUS_ADDRESS"] ?? "") !== "") return true;
  const folder = env["XDG_RUNTIME_DIR"] ?? "";
  return folder !== "" && existsSync(join(folder, "bus"));
}

/** What it printed, empty where it failed, or null where it took too long. */
function run(program: string, env: NodeJS.ProcessEnv, withinMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const started = spawn(process.execPath, [program], { env: ofSession(env), stdio: ["ignore", "pipe", "ignore"] });
    let said = "";
    const late = setTimeout(() => {
      started.kill("SIGKILL");
      resolve(null);
    }, withinMs);
    const end = (text: string): void => {
      clearTimeout(late);
      resolve(text);
    };
    started.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    started.once("error", () => end(""));
    started.once("close", (status) => end(status === 0 ? said : ""));
  });
}

/** What leads to the person's session, and nothing else that this process was given. */
function ofSession(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const wanted = session.filter((name) => env[name] !== undefined);
  return Object.fromEntries(wanted.map((name) => [name, env[name]]));
}

const ofDesktop = ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "HOME", "PATH", "DISPLAY", "WAYLAND_DISPLAY"];
const ofWindows = ["SystemRoot", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "USERNAME"];
const session = [...ofDesktop, ...ofWindows];
