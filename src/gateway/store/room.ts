import { closeSync, fdatasyncSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";
import { CountersignError } from "../../shared/errors.ts";

/** Written and deleted again, to ask the disk. */
const probeFile = "room.probe";
const probeBytes = 65_536;

/** https://www.sqlite.org/rescode.html: the primary codes of a full disk, and of failures that may be one. */
const sqlite = { full: 13, mayBe: new Set([10, 14]) } as const;
const noRoom = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** The fault of a write to the data folder that failed: `disk_full` where the disk has no room, a quota or limit being one, `store_failed` for all else. */
export function unwritten(folder: string, what: string, cause: unknown): CountersignError {
  if (!isFull(folder, cause)) return new CountersignError("store_failed", what, { cause });
  const message =
    "The gateway's disk is full. Until there is room nothing can be recorded, so nothing is done; then it goes on by itself.";
  return new CountersignError("disk_full", message, { cause });
}

/** Bytes that can still be written in this folder; NaN where the system doesn't say. */
export function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Number.NaN;
  }
}

function isFull(folder: string, cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  if ("errcode" in cause && typeof cause.errcode === "number") {
    const code = cause.errcode & 0xff;
    // Of a quota, or of the files that it makes beside the database, SQLite says no more than that it failed.
    return code === sqlite.full || (sqlite.mayBe.has(code) && !takes(folder));
  }
  return "code" in cause && noRoom.has(String(cause.code));
}

/** Whether the disk takes anything now. */
function takes(folder: string): boolean {
  const path = join(folder, probeFile);
  try {
    const file = openSync(path, "w", 0o600);
    try {
      writeSync(file, Buffer.alloc(probeBytes));
      fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && noRoom.has(String(error.code)));
  } finally {
    rmSync(path, { force: true });
  }
}
