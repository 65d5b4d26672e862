import { connect } from "node:net";

/**
 * Whether anybody takes connections at this port of loopback. A port may also be in use by a connection that goes out from it: systems choose
 * ports for those out of the same range, and such a one hears no client. What can't be told counts as served.
 */
export async function isServed(port: number): Promise<boolean> {
  return (await Promise.all(["127.0.0.1", "::1"].map((host) => takes(host, port)))).includes(true);
}

function takes(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: mostMs });
    const settle = (taken: boolean) => {
      socket.destroy();
      resolve(taken);
    };
    socket.once("connect", () => settle(true));
    socket.once("timeout", () => settle(true));
    socket.once("error", (error: NodeJS.ErrnoException) => settle(!nobody.has(error.code ?? "")));
  });
}

/** Nobody listens, or the machine lacks the family. */
const nobody: ReadonlySet<string> = new Set(["ECONNREFUSED", "EADDRNOTAVAIL", "EAFNOSUPPORT", "ENETUNREACH"]);
const mostMs = 1_000;
