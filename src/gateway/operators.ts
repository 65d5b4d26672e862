import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Draining } from "./draining.ts";
import { bearerOf } from "./http-errors.ts";
import { isLoopbackHost } from "../shared/protected-url.ts";
import { sendJson } from "./send-json.ts";
import type { Observed, Readings } from "./observed.ts";
import type { Runtime } from "./runtime.ts";
import type { Store } from "./store/store.ts";

/** What is asked by those who run the gateway: is it alive, is it ready, what does it do. */
export interface Operators {
  readonly store: Store;
  readonly runtime: () => Runtime;
  readonly draining: Draining;
  readonly observed: Observed;
  readonly readings: Readings;
  /** The token that opens `/metrics`, null where none is configured. */
  readonly metricsToken: () => string | null;
}

/** A write that became durable within so long shows that the next one can; so does not every question cause one. */
const freshMs = 5000;

/** The paths that need no token of a person. */
export const operatorPaths = ["/healthz", "/readyz", "/metrics"] as const;
export type OperatorPath = (typeof operatorPaths)[number];

/** Answers one of these paths. */
export async function serveOperators(
  operators: Operators,
  path: OperatorPath,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  switch (path) {
    case "/healthz":
      return sendJson(response, 200, { status: "ok" });
    case "/readyz":
      return readiness(operators, response);
    case "/metrics":
      return metrics(operators, request, response);
    default:
      return path satisfies never;
  }
}

async function readiness(operators: Operators, response: ServerResponse): Promise<void> {
  const { draining, runtime, observed } = operators;
  if (draining.signal.aborted) return sendJson(response, 503, { status: "not_ready", failing: ["draining"] });
  const [store, issuers] = await Promise.all([isWritable(operators), runtime().verifier.ready()]);
  const unwritable = observed.disk.full ? "disk" : "store";
  const failing = [...(store ? [] : [unwritable]), ...(issuers ? [] : ["issuers"])];
  // They stand in the discovery document as well.
  const names = runtime().verifier.unknown();
  const unknown = names.length === 0 ? {} : { unknownIssuers: names };
  if (failing.length === 0) return sendJson(response, 200, { status: "ready", ...unknown });
  return sendJson(response, 503, { status: "not_ready", failing, ...unknown });
}

const probes = new WeakMap<Store, Promise<boolean>>();

/** One probe at a time, however many ask: nobody who may ask without a token can make the store write at will. */
function isWritable({ store, observed }: Operators): Promise<boolean> {
  if (performance.now() - observed.disk.lastDurableMs < freshMs) return Promise.resolve(true);
  const known = probes.get(store);
  if (known !== undefined) return known;
  const probe = store.probe().then(
    () => true,
    () => false,
  );
  probes.set(store, probe);
  void probe.finally(() => setTimeout(() => probes.delete(store), 1000).unref());
  return probe;
}

function metrics(operators: Operators, request: IncomingMessage, response: ServerResponse): void {
  if (!mayRead(operators, request))
    return sendJson(response, 404, { error: { code: "not_found", message: "There is nothing at this address." } });
  const body = operators.observed.text(operators.readings);
  response.writeHead(200, {
    "content-type": "text/plain; version=0.0.4; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
  });
  response.end(body);
}

/**
 * By the configured token; without one, only on a gateway that itself is for this machine alone. A published gateway may stand behind a proxy
 * on its own machine, where every caller would come from loopback.
 */
function mayRead({ metricsToken, runtime }: Operators, request: IncomingMessage): boolean {
  const token = metricsToken();
  if (token !== null) return equal(bearerOf(request) ?? "", token);
  const address = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  return isLoopbackHost(new URL(runtime().config.publicUrl).hostname) && isLoopbackHost(address);
}

/** In a time that says nothing of where they differ, nor of how long the token is. */
function equal(one: string, other: string): boolean {
  return timingSafeEqual(hash("sha256", one, "buffer"), hash("sha256", other, "buffer"));
}
