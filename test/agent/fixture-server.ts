/**
 * A stdio target that misbehaves on request: each line's `method` says how. Plain Node, no SDK, so that it can break
 * what an SDK keeps.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

interface Incoming {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly _meta?: { readonly progressToken?: unknown }; readonly requestId?: unknown };
}

const held: Incoming[] = [];

function say(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}

function progress(request: Incoming, value: number): void {
  say({
    method: "notifications/progress",
    params: { progressToken: request.params?._meta?.progressToken, progress: value },
  });
}

const behaviours: Readonly<Record<string, (request: Incoming) => void>> = {
  echo: (request) => say({ id: request.id, result: { sawId: request.id, sawParams: request.params ?? null } }),
  environment: (request) => say({ id: request.id, result: { env: process.env, cwd: process.cwd(), pid: process.pid } }),
  exit: () => {
    process.stderr.write("out of cheese\n");
    process.exit(3);
  },
  hang: () => undefined,
  garbage: (request) => {
    process.stdout.write("Listening on port 1\n\n{broken\n[]\n42\n");
    say({ id: 987_654, result: {} });
    say({ id: request.id, result: { done: true } });
  },
  "ask-first": (request) => {
    held.push(request);
    say({ id: "server-1", method: "elicitation/create", params: { _meta: { progressToken: 1 } } });
  },
  unasked: (request) => {
    say({ method: "notifications/message", params: { data: "unasked" } });
    say({ id: request.id, result: {} });
  },
  hold: (request) => {
    held.push(request);
    progress(request, 1);
  },
  /** Answers all held requests, in turns and last first. */
  release: (request) => {
    for (const waiting of held.toReversed()) progress(waiting, 2);
    for (const waiting of held.splice(0))
      say({ id: waiting.id, result: { token: waiting.params?._meta?.progressToken } });
    say({ id: request.id, result: {} });
  },
  subscribe: (request) => {
    const _meta = { "io.modelcontextprotocol/subscriptionId": request.id };
    say({ method: "notifications/tools/list_changed", params: { _meta } });
    say({ id: request.id, result: { _meta } });
  },
  grandchild: (request) => {
    const child = spawn(process.execPath, ["-e", "process.on('SIGTERM',()=>{});setInterval(()=>{},1000)"], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    say({ id: request.id, result: { pids: [process.pid, child.pid] } });
  },
  flood: () => {
    process.stdout.write("x".repeat(65 * 1024 * 1024));
  },
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const message: Incoming = JSON.parse(line);
  if (message.method === "notifications/cancelled") {
    say({ method: "notifications/message", params: { data: { cancelled: message.params?.requestId } } });
  } else if (message.method !== undefined) behaviours[message.method]?.(message);
  else if (held.length > 0) say({ id: held.pop()?.id, result: { answer: message } });
});
