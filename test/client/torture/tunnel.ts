import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { heldShape } from "./settling.ts";
import type { TunnelHeld } from "./tunnel-process.ts";

/** The tunnel as a process of its own. */
export interface TunnelProcess {
  /** The local address of the connection at this place of `connections`. */
  readonly urlOf: (at: number) => string;
  readonly token: string;
  held(): Promise<TunnelHeld>;
  close(): Promise<void>;
}

const introduction = z.object({ port: z.number(), token: z.string() });
const tunnelHeld = heldShape.extend({ exchanges: z.number() });

/** Before this gateway, as the person of this token. */
export async function startTunnel(
  gateway: string,
  accessToken: string,
  connections: readonly string[],
): Promise<TunnelProcess> {
  const child = fork(fileURLToPath(new URL("./tunnel-process.ts", import.meta.url)), [
    gateway,
    accessToken,
    ...connections,
  ]);
  const ended = once(child, "exit");
  const { port, token } = introduction.parse(await said(child));
  return {
    urlOf: (at) => `http://127.0.0.1:${port}/mcp/${connections[at] ?? ""}`,
    token,
    async held() {
      child.send("held");
      return tunnelHeld.parse(await said(child));
    },
    async close() {
      child.disconnect();
      await ended;
    },
  };
}

async function said(child: ChildProcess): Promise<unknown> {
  const [answer]: unknown[] = await once(child, "message");
  return answer;
}
