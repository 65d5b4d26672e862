import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { z } from "zod";
import type { JsonObject } from "../../shared/json.ts";
import { bodyFile } from "./body-files.ts";

const leafShape = z.object({ body: z.string() });

/** The first bytes of the long body that this leaf names, as text; null where there is no such file. */
export function beginningOf(folder: string, leaf: string, bytes: number): string | null {
  const path = bodyFile(folder, leafShape.parse(JSON.parse(leaf)).body);
  if (path === null) return null;
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return null;
  }
  try {
    const buffer = Buffer.alloc(Math.min(bytes, fstatSync(file).size));
    return buffer.toString("utf8", 0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}

/** What a body that is known by its beginning alone says of its call: canonical JSON has these members first. How it ended stands behind. */
export function membersIn(beginning: string): JsonObject {
  const [, approval, bytes, call] =
    /^\{(?:"approval":"([\w-]+)",)?(?:"bytes":(\d+),)?(?:"call":"([\w-]+)")?/.exec(beginning) ?? [];
  return {
    ...(approval === undefined ? {} : { approval }),
    ...(bytes === undefined ? {} : { bytes: Number(bytes) }),
    ...(call === undefined ? {} : { call }),
    ...hiddenIn(beginning),
  };
}

/** The places that were masked in a long answer: they stand before the answer itself. */
function hiddenIn(beginning: string): JsonObject {
  const from = beginning.indexOf('"hidden":[');
  const to = beginning.indexOf('],"messages":', from);
  if (from < 0 || from > mostBefore || to < 0) return {};
  try {
    return { hidden: z.array(hiddenPlace).parse(JSON.parse(beginning.slice(from + '"hidden":'.length, to + 1))) };
  } catch {
    return {};
  }
}

/** Approval, size and call are no longer than this. */
const mostBefore = 300;
const hiddenPlace = z.object({ path: z.array(z.union([z.string(), z.number()])), kind: z.string() });
