import type { Writable } from "node:stream";

/** Writes, and resolves once there is room for more, or nobody takes it. */
export async function written(into: Writable, part: Buffer | string): Promise<void> {
  if (into.destroyed || into.write(part)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      into.off("drain", done).off("close", done);
      resolve();
    };
    into.on("drain", done).on("close", done);
  });
}
