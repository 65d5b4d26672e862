import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quantile } from "./table.ts";

/** The median of what it takes to write 4 KiB and have it on the disk (`fdatasync`), in milliseconds, where the stores are. */
export function measureDisk(): number {
  const path = join(tmpdir(), `countersign-bench-${process.pid}`);
  const file = openSync(path, "w");
  const page = Buffer.alloc(4096, 1);
  const times: number[] = [];
  for (let at = 0; at < 50; at += 1) {
    const startedMs = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    times.push(performance.now() - startedMs);
  }
  closeSync(file);
  rmSync(path);
  return quantile(times, 0.5);
}
