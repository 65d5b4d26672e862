import type { IncomingMessage } from "node:http";
import { CountersignError } from "../shared/errors.ts";
import { gatewaySessionPath } from "../shared/gateway-session.ts";
import { refusedLine } from "./http-errors.ts";
import type { ApiVisit } from "./api.ts";
import type { Site } from "./http.ts";
import { admit, type Accepts, type Admission } from "./identity/admission.ts";
import type { Principal } from "./identity/principal.ts";
import { sessionTokenOf } from "./identity/request-proof.ts";
import type { Refusal } from "./identity/refusals.ts";
import type { Runtime } from "./runtime.ts";

/** Lets a request in, or records that it was not. Throws CountersignError with the refusal's code. */
export async function authenticate(site: Site, request: IncomingMessage, path: string): Promise<Admission> {
  const { gate, sessions, origin, revocations } = site;
  const runtime = gate.runtime();
  const accepts = acceptedAt(path, runtime);
  try {
    const tools = { verifier: runtime.verifier, sessions, revocations, origin, now: gate.now };
    const admission = await admit(request, accepts ?? "provider-tokens", tools);
    // What only leads to a session shows nobody's presence.
    if (accepts !== null || runtime.config.accepts !== "sessions") gate.present.saw(admission.principal);
    if (admission.principal.kind === "service") tellUnowned(site, admission.principal);
    return admission;
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    const session = sessions.find(sessionTokenOf(request) ?? "")?.session;
    const whose = session === undefined ? {} : { session: session.id, principal: session.principal.id };
    await recordRefused(site, request, error, whose);
    throw error;
  }
}

/** What nobody answers for is nobody's to explain when it goes wrong: whoever runs the gateway should name somebody. */
function tellUnowned({ unowned, log }: Site, { id, owner }: Principal): void {
  if (owner !== undefined || unowned.has(id) || unowned.size >= mostUnowned) return;
  unowned.add(id);
  log({
    level: "warn",
    event: "service.unowned",
    principal: id,
    why: "Name its owner under services: in gateway.yaml.",
  });
}

const mostUnowned = 1000;

/** Records a request that was not let in; `whose` is as far as that is known. */
export async function recordRefused(
  site: Site,
  request: IncomingMessage,
  error: CountersignError,
  whose: Pick<Refusal, "principal" | "session">,
): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  site.operators.observed.refused(error.code);
  const refusal = { kind: "auth.refused", code: error.code, path, address: addressOf(request), ...whose } as const;
  // As often as the ledger, and no oftener: whoever has no token must not fill the log. A missing one needs no word.
  if ((await site.refusals.record(refusal)) && error.code !== "token_missing") site.log(refusedLine(error, refusal));
}

/** Records that somebody who is known may not do what they asked for. Refused decisions have entries of their own. */
export async function recordNotAllowed(
  site: Site,
  request: IncomingMessage,
  error: unknown,
  { principal, session }: Admission,
): Promise<void> {
  if (!(error instanceof CountersignError) || error.code !== "not_allowed") return;
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  const whose = {
    principal: principal.id,
    ...(session === null ? {} : { session: session.id, device: session.device ?? "" }),
  };
  site.operators.observed.refused(error.code);
  await site.refusals.record({
    kind: "request.refused",
    code: error.code,
    path,
    address: addressOf(request),
    ...whose,
  });
}

/** Where a request came from: the device of its session, null without, and the address. */
export function originOf({ request, session }: Pick<ApiVisit, "request" | "session">): Origin {
  return { device: session?.device ?? null, address: addressOf(request) };
}

/** As entries have it. */
export interface Origin {
  readonly device: string | null;
  readonly address: string;
}

export function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? "";
}

/** What leads from the provider's token to a session takes that token wherever sessions are demanded. */
const towardsSession: ReadonlySet<string> = new Set([gatewaySessionPath, "/v1/me", "/v1/devices"]);

/** What a request at this address may show; null for what leads to a session. */
function acceptedAt(path: string, { config, connections }: Runtime): Accepts | null {
  if (towardsSession.has(path)) return null;
  if (!path.startsWith("/mcp/")) return config.accepts;
  return connections.get(path.slice("/mcp/".length))?.accepts ?? config.accepts;
}
