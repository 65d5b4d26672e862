import { setFlagsFromString } from "node:v8";

/**
 * For a process that passes megabytes on: V8 collects all of a small heap at once instead of marking it in steps beside the work. Each read of 64 KB
 * counts as old memory, so that a tunnel under load is marking most of the time, and the steps took more than half of its processor time.
 */
export function collectAtOnce(): void {
  setFlagsFromString("--no-incremental-marking");
}
