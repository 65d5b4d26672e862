import { WebSocketServer, type WebSocket } from "ws";
import { z } from "zod";
import { toFailure, CountersignError } from "../shared/errors.ts";
import type { Client } from "./client.ts";
import { isConsoleCall } from "./console-calls.ts";
import type { ConsoleKeys } from "./console-keys.ts";
import { messageText } from "./message-text.ts";
import { stateCalls, type StateCall } from "../shared/state-push.ts";
import { createStatePushes, type StatePushes } from "./state-pushes.ts";

/** The console's side of a loopback WebSocket. A connection is nothing until its first message has shown a key. */
export function createConsoleBridge(client: Client, keys: ConsoleKeys): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024, perMessageDeflate: false });
  sockets.on("connection", (socket: WebSocket) => {
    const timer = setTimeout(() => socket.close(wrongKey), keyWaitMs);
    socket.on("error", () => socket.terminate());
    socket.on("close", () => clearTimeout(timer));
    socket.once("message", (data) => {
      clearTimeout(timer);
      const opening = opener.safeParse(parse(messageText(data)));
      if (!opening.success || !keys.holds(opening.data.key)) socket.close(wrongKey);
      else serve(client, socket);
    });
  });
  return sockets;
}

/** As on the approvals stream: what was shown is not good, come with a new one. */
const wrongKey = 4401;
/** A message that is not of this protocol (RFC 6455, section 7.4.1). */
const badMessage = 1008;
const keyWaitMs = 10_000;
/** So much may be on its way to a page before it is told of the next change. Bytes. */
const mostAhead = 1024 * 1024;
const opener = z.strictObject({ key: z.string().length(43) });
const request = z.strictObject({ id: z.number().int(), call: z.string().max(100), input: z.unknown() });

function serve(client: Client, socket: WebSocket): void {
  const send = (message: object) => socket.send(JSON.stringify(message), tell);
  const pushes = createStatePushes(client.state());
  // A page that reads slowly, or was put to sleep, is told how it stands once it has taken what is on its way: nothing piles up for it.
  function tell(): void {
    if (socket.readyState !== socket.OPEN || socket.bufferedAmount > mostAhead) return;
    const push = pushes.next(client.state());
    if (push !== null) send({ event: "state", data: push });
  }
  const stops = [client.onState(tell), client.onShow((approval) => send({ event: "show", data: { approval } }))];
  socket.on("close", () => {
    for (const stop of stops) stop();
  });
  socket.on("message", (data) => {
    const asked = request.safeParse(parse(messageText(data)));
    if (!asked.success) {
      socket.close(badMessage);
      return;
    }
    void answer(client, pushes, asked.data).then(send);
  });
  send({ event: "state", data: pushes.whole() });
}

async function answer(client: Client, pushes: StatePushes, asked: z.infer<typeof request>): Promise<object> {
  const { id, call, input } = asked;
  if (isStateCall(call) && stateCalls[call].safeParse(input).success)
    return { id, result: { ok: true, value: pushes.whole() } };
  if (isConsoleCall(call)) return { id, result: await client.call(call, input, "window") };
  const error = toFailure(new CountersignError("bad_request", "There is no such console call."));
  return { id, result: { ok: false, error } };
}

function isStateCall(name: string): name is StateCall {
  return Object.hasOwn(stateCalls, name);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No message of ours parses to this.
    return undefined;
  }
}
