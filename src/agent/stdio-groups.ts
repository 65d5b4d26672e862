import { existsSync, readFileSync, readdirSync } from "node:fs";
import type { GroupGuard } from "./group-guard.ts";

/**
 * The process groups of our children. A child leads its own group, so that what it starts (npx starts a shell, which
 * starts the server) ends with it.
 */
export class ChildGroups {
  readonly #leaders = new Set<number>();
  readonly #guard: GroupGuard | undefined;
  readonly #atExit = (): void => {
    for (const leader of this.#leaders) signalGroup(leader, "SIGKILL");
  };

  constructor(guard?: GroupGuard) {
    this.#guard = guard;
  }

  add(leader: number): void {
    this.#guard?.add(leader);
    if (this.#leaders.size === 0) process.once("exit", this.#atExit);
    this.#leaders.add(leader);
  }

  delete(leader: number): void {
    this.#guard?.delete(leader);
    this.#leaders.delete(leader);
    if (this.#leaders.size === 0) process.off("exit", this.#atExit);
  }

  close(): void {
    this.#atExit();
    this.#leaders.clear();
    process.off("exit", this.#atExit);
  }
}

/** Signals a whole group; on Windows, which has none, the leader. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  send(leader, signal);
}

/** Whether anything of a group still runs. */
export function isGroupAlive(leader: number): boolean {
  if (!send(leader, 0)) return false;
  return process.platform !== "linux" || !existsSync("/proc/self") || hasRunningMember(leader);
}

/** False where there is nobody to signal. */
function send(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(process.platform === "win32" ? leader : -leader, signal);
  } catch (error) {
    // EPERM: there is still somebody, though not ours to signal (a set-user-id child).
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Signals also reach the dead that nobody has waited for yet; in a container whose first process reaps no orphans they
 * stay for good. proc(5): state and group are the first and third field after the name, which may hold anything.
 */
function hasRunningMember(leader: number): boolean {
  return processIds().some((entry) => {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "latin1");
      const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(group) === leader && state !== "Z" && state !== "X";
    } catch {
      return false; // ended meanwhile
    }
  });
}

function processIds(): string[] {
  return readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
}
