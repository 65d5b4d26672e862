import type { ServerResponse } from "node:http";
import { partsOf } from "../long-parts.ts";

/** Writes a piece of a body, and resolves once there is room for the next, or nobody takes it any more. */
export async function sendPart(response: ServerResponse, part: string): Promise<void> {
  if (response.destroyed || response.write(part)) return;
  await room(response);
}

/** As much is made at once, and as much may wait for its reader. */
const [partBytes, mostWaiting] = [256 * 1024, 2 * 1024 * 1024];

/** Writes a long text as fast as it is taken, made in slices. */
export async function sendParts(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
  const next = partsOf(pieces, partBytes);
  for (let part = await next(); part !== null && !response.destroyed; part = await next()) {
    for (const buffer of part) response.write(buffer);
    if (response.writableLength > mostWaiting) await room(response);
  }
}

function room(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
    if (response.destroyed) done();
  });
}
