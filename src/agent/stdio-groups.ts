/**
 * The process groups of our children. A child leads its own group, so that what it starts (npx starts a shell, which
 * starts the server) ends with it.
 */
export class ChildGroups {
  readonly #leaders = new Set<number>();
  readonly #atExit = (): void => {
    for (const leader of this.#leaders) signalGroup(leader, "SIGKILL");
  };

  add(leader: number): void {
    if (this.#leaders.size === 0) process.once("exit", this.#atExit);
    this.#leaders.add(leader);
  }

  delete(leader: number): void {
    this.#leaders.delete(leader);
    if (this.#leaders.size === 0) process.off("exit", this.#atExit);
  }

  close(): void {
    this.#atExit();
    this.#leaders.clear();
    process.off("exit", this.#atExit);
  }
}

/** Signals a whole group (on Windows, which has none, the leader). False where nothing is left of it. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(process.platform === "win32" ? leader : -leader, signal);
  } catch (error) {
    // EPERM: there is still somebody, though not ours to signal (a set-user-id child).
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
