import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below the system's own range (32768 and up, by default): a port from there could go to any connection or listener between this
 * look and its use, or while a restarted server lets go of it.
 */
const [first, count] = [20_000, 12_000];

/** A port of 127.0.0.1 on which nobody listens, for a server that must know its port before it starts. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = first + Math.floor(Math.random() * count);
    if (await isFree(port)) return port;
  }
  throw new Error(`a hundred ports from ${first} on are taken`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const listened = once(probe, "listening").then(
    () => true,
    () => false,
  );
  probe.listen(port, "127.0.0.1");
  if (!(await listened)) return false;
  probe.close();
  await once(probe, "close");
  return true;
}
