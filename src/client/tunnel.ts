import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { join } from "node:path";
import { z } from "zod";
import type { ClientView, ConsoleState } from "../shared/console.ts";
import { CountersignError, toFailure, type Failure } from "../shared/errors.ts";
import type { Clients } from "./clients.ts";
import type { Conversations } from "./conversations.ts";
import { servedCaller, type Caller } from "./caller.ts";
import { Departure } from "./departure.ts";
import { forward, isRestOfAnswer } from "./forward.ts";
import { keepListening } from "./listening.ts";
import { plainHeaders } from "./loopback-guard.ts";
import { listenLoopback, type Loopback } from "./loopback.ts";
import type { Onward } from "./onward.ts";
import { servePlainly, type PlainCall } from "./plain/connections.ts";
import type { PlainRequest } from "./plain/request.ts";
import { UnderWay } from "../shared/under-way.ts";
import { readJson, writePrivate } from "./private-file.ts";
import { isServed } from "./served-port.ts";
import { admit } from "./tunnel-guard.ts";

/** The loopback listener for MCP clients, at one remembered port. */
export interface Tunnel {
  /** `port` 0 chooses a new one; without it the remembered port is taken. Throws `port_taken`. */
  open(options?: { readonly port?: number }): Promise<void>;
  close(): Promise<void>;
  /** Ends what a client that was removed still has running. */
  drop(client: string): void;
}

export interface TunnelOptions {
  readonly directory: string;
  /** The way to the gateway. */
  readonly conversations: Conversations;
  /** The enrolled device, or null where nobody is signed in. */
  readonly device: () => string | null;
  readonly clients: Clients;
  /** A program came without a token that is known here. */
  readonly onStranger?: (refused: Pick<Failure, "code" | "message">) => void;
  onState(state: ConsoleState["tunnel"]): void;
}

export function createTunnel(options: TunnelOptions): Tunnel {
  const path = join(options.directory, "tunnel.json");
  const running = new UnderWay<{ readonly call: Departure; readonly client: string }>();
  /** Connections that end with the refusal they were given. */
  const refused = new WeakSet<Socket>();
  let open: Loopback | null = null;
  /** Ends connections that Node's server has never seen. */
  let endPlain: readonly (() => void)[] = [];
  let turn: Promise<void> = Promise.resolve();

  async function listen(wanted: number | undefined): Promise<void> {
    if (open !== null && (wanted === undefined || wanted === open.port)) return;
    await shut();
    const remembered = (await readJson(path, tunnelFile))?.port;
    try {
      const port = wanted ?? remembered ?? 0;
      const loopback = await listenLoopback(port, (request, response) => {
        answer(request, response, loopback.port);
      });
      endPlain = loopback.servers.map((server) =>
        servePlainly(server, () => {
          const known = options.clients.remembering();
          return (request, caller) => answerPlain(request, caller, loopback.port, known);
        }),
      );
      open = loopback;
      if (remembered !== undefined && remembered !== loopback.port) await leave(remembered);
      await writePrivate(path, `${JSON.stringify({ v: 1, port: loopback.port })}\n`);
      options.onState({ state: "open", port: loopback.port, addresses: [...loopback.addresses] });
    } catch (error) {
      await shut();
      throw await exposed(error, wanted ?? remembered, remembered);
    }
  }

  /** Clients send their tokens to the remembered port, whoever listens there: what listened may have read them. */
  async function exposed(error: unknown, tried: number | undefined, remembered: number | undefined): Promise<unknown> {
    const taken = error instanceof CountersignError && error.code === "port_taken" && tried === remembered;
    if (!taken || options.clients.list().length === 0 || !(await isServed(tried ?? 0))) return error;
    await options.clients.removeAll();
    const message =
      `${error.message} It may have read the clients' tokens, so all were removed: once the tunnel is open (\`countersign connect --port 0\` ` +
      "takes another port), `countersign setup --repair` gives the clients that it set up new ones; add the clients again that it did not.";
    return new CountersignError("port_taken", message, { cause: error });
  }

  /** Who is set up for the remembered port goes on sending tokens there: if it is another's by now, they are exposed as well. */
  async function leave(remembered: number): Promise<void> {
    try {
      await (await listenLoopback(remembered, (_request, response) => response.destroy())).close();
    } catch {
      if (await isServed(remembered)) await options.clients.removeAll();
    }
  }

  async function shut(): Promise<void> {
    const closing = open;
    open = null;
    for (const { call } of running.all()) call.abort();
    if (closing === null) return;
    for (const end of endPlain) end();
    await closing.close();
    options.onState({ state: "closed" });
  }

  function answer(request: IncomingMessage, response: ServerResponse, port: number): void {
    // RFC 9112, section 9.6: what comes behind a refusal on its connection is not done. Its client sees no answer, and may send it again.
    if (refused.has(request.socket)) return;
    const asked = { method: request.method ?? "", target: request.url ?? "", headers: request.rawHeaders };
    const admission = admit(asked, port, options.clients);
    if (!admission.ok) {
      refused.add(request.socket);
      const { status, code, message, headers } = admission;
      // A program with a token that ended; a page in a browser, or a probe, is no client in trouble.
      if (status === 401) options.onStranger?.({ code, message });
      response.writeHead(status, {
        ...plainHeaders,
        ...headers,
        "content-type": "application/json",
        connection: "close",
      });
      response.end(JSON.stringify({ error: { code, message } }));
      return;
    }
    pass(request, response, admission.client, admission.connection);
  }

  function pass(request: IncomingMessage, response: ServerResponse, client: ClientView, connection: string): void {
    const { onward, over } = enter(client, connection);
    response.on("close", () => over(response.writableFinished));
    const caller = servedCaller(request, response, onward.signal);
    if (request.method === "GET" && !isRestOfAnswer(caller)) void keepListening(request, response, onward);
    else void forward(caller, onward);
  }

  /** The same of a plain request; null leaves what is refused to Node's server. */
  function answerPlain(
    { target, headers }: PlainRequest,
    caller: Caller,
    port: number,
    clients: Pick<Clients, "withToken">,
  ): PlainCall | null {
    const admission = admit({ method: caller.method, target, headers }, port, clients);
    if (!admission.ok) return null;
    const { onward, over } = enter(admission.client, admission.connection);
    void forward(caller, onward);
    return { over };
  }

  /** Notes a call as under way, until it is over. */
  function enter(client: ClientView, connection: string) {
    options.clients.used(client.id);
    const call = new Departure();
    const place = running.enter({ call, client: client.id });
    const { conversations } = options;
    const claims = () => claimsOf(client.name, options.device());
    const introduce: Onward["introduce"] = (said) => options.clients.introduced(client.id, said);
    return {
      onward: { conversations, connection, client: client.id, claims, introduce, signal: call },
      over: (isAnswered: boolean): void => {
        running.leave(place);
        // The client went before its answer was complete: the gateway learns it at once.
        if (!isAnswered) call.abort();
      },
    };
  }

  /** Opening and closing happen one after the other. */
  function inTurn(step: () => Promise<void>): Promise<void> {
    const done = turn.then(step);
    turn = done.catch(() => undefined);
    return done;
  }

  return {
    open: (wanted = {}) =>
      inTurn(() => listen(wanted.port)).catch((error: unknown) => {
        options.onState({ state: "failed", error: toFailure(error) });
        throw error;
      }),
    close: () => inTurn(shut),
    drop(client) {
      for (const each of running.all()) if (each.client === client) each.call.abort();
    },
  };
}

const tunnelFile = z.object({ v: z.literal(1), port: z.number().int().min(1).max(65535) });

function claimsOf(client: string, device: string | null): Record<string, string> {
  const named = { "countersign-client": client };
  return device === null ? named : { ...named, "countersign-device": device };
}
