import type { Terminal } from "./terminal.ts";

/** A sign of life while entries are read: how many, from the first second on, where a person looks; nothing with `--json`. */
export function readingProgress(terminal: Terminal, nowMs = () => performance.now()): (read: number) => void {
  if (terminal.json) return () => undefined;
  let nextAtMs = nowMs() + 1000;
  return (read) => {
    if (read % 256 !== 0 || nowMs() < nextAtMs) return;
    nextAtMs = nowMs() + 250;
    terminal.progress(`${read} entries read`);
  };
}
