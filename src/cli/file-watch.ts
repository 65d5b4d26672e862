import { watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";

/** Editors write a file in several steps; what they leave is read once they have been quiet for this long. */
const quietMs = 200;

/**
 * Runs `changed` after each change of this file and at each SIGHUP, one run at a time. The folder is watched, not
 * the file: most editors put a new file in the old one's place.
 */
export function whenChanged(file: string, changed: () => Promise<void>): { close(): void } {
  let waiting: NodeJS.Timeout | undefined;
  let last = Promise.resolve();
  const run = (): void => {
    last = last.then(changed);
  };
  const soon = (): void => {
    clearTimeout(waiting);
    waiting = setTimeout(run, quietMs);
  };
  const name = basename(file);
  const watcher = watch(dirname(resolve(file)), (_, changedName) => {
    if (changedName === name) soon();
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
