import type { Socket } from "node:net";

/** Calls back with each line of JSON that arrives. A line longer than `mostBytes`, or not JSON, ends the connection. */
export function readJsonLines(socket: Socket, mostBytes: number, take: (value: unknown) => void): void {
  let pending = "";
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    const lines = (pending + text).split("\n");
    pending = lines.pop() ?? "";
    if (pending.length > mostBytes || lines.some((line) => line.length > mostBytes)) socket.destroy();
    // A line that ended the connection is the last that is taken.
    else for (const line of lines) if (!socket.destroyed) takeLine(socket, line, take);
  });
}

/** Sends one JSON value as a line, to whoever still listens. */
export function writeJsonLine(socket: Socket, value: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(value)}\n`);
}

function takeLine(socket: Socket, line: string, take: (value: unknown) => void): void {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    socket.destroy();
    return;
  }
  take(value);
}
