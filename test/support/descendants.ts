import { readdirSync, readFileSync } from "node:fs";

/** A process that this one started, or that one which it started did. */
export interface Descendant {
  readonly pid: number;
  readonly args: string;
  readonly environment: string;
}

export const onLinux = process.platform === "linux";

/** What the system tells of all processes below this one; nothing elsewhere than on Linux. */
export function descendants(root: number): readonly Descendant[] {
  if (!onLinux) return [];
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      // Between two looks a process may have ended.
      const parent = /^PPid:\s*(\d+)$/m.exec(textOf(`/proc/${name}/status`))?.[1];
      return parent === undefined ? [] : [{ pid: Number(name), parent: Number(parent) }];
    });
  const below = (pid: number): readonly number[] =>
    parents.filter(({ parent }) => parent === pid).flatMap((each) => [each.pid, ...below(each.pid)]);
  return below(root).map((pid) => ({
    pid,
    args: textOf(`/proc/${pid}/cmdline`).replaceAll("\0", " "),
    environment: textOf(`/proc/${pid}/environ`),
  }));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
