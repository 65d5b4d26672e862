import type { ServerResponse } from "node:http";

/** Writes a piece of a body, and resolves once there is room for the next, or nobody takes it any more. */
export async function sendPart(response: ServerResponse, part: string | Buffer): Promise<void> {
  if (response.destroyed || response.write(part)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

/** As much is written together, in characters. */
const together = 65_536;

/** Writes a long text as fast as it is taken, and in no turn of the event loop more than a part of it. */
export async function sendParts(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length < together) continue;
    await sendPart(response, Buffer.from(text));
    if (response.destroyed) return;
    text = "";
  }
  await sendPart(response, text);
}
