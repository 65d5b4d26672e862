import { realpathSync, statSync, watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";

/** Editors write a file in several steps; what they leave is read once they have been quiet for this long. */
const quietMs = 200;

/**
 * Runs `changed` after each change of this file since it was as `asRead` says (`stampOf` before it was read), and at each SIGHUP, one run
 * at a time. The folder is watched, not the file: most editors put a new file in the old one's place, and a Kubernetes ConfigMap changes
 * by a link beside it (`..data`).
 */
export function whenChanged(file: string, asRead: string, changed: () => Promise<void>): { close(): void } {
  let last = Promise.resolve();
  let seen = asRead;
  const run = (): void => {
    last = last.then(changed);
  };
  const look = (): void => {
    waiting = undefined;
    const stamp = stampOf(file);
    if (stamp === seen) return;
    seen = stamp;
    run();
  };
  const name = basename(file);
  // The first look is for what was edited between the reading and the watch: no event will tell of it.
  let waiting: NodeJS.Timeout | undefined = setTimeout(look, quietMs);
  const watcher = watch(dirname(resolve(file)), (_, changedName) => {
    // What changes beside the file doesn't put the look off: a folder that is never quiet would do so for ever.
    if (waiting !== undefined && changedName !== name) return;
    clearTimeout(waiting);
    waiting = setTimeout(look, quietMs);
  });
  process.on("SIGHUP", run);
  return {
    close: () => {
      clearTimeout(waiting);
      watcher.close();
      process.off("SIGHUP", run);
    },
  };
}

/** Which file the path leads to and how it was left; another one after each change, permissions included. Empty where there is none. */
export function stampOf(file: string): string {
  try {
    const target = realpathSync(file);
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(target, { bigint: true });
    return [target, dev, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch {
    // Gone or out of reach: reading it says so.
    return "";
  }
}
