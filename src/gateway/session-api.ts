import { CountersignError } from "../shared/errors.ts";
import { gatewaySessionPath } from "../shared/gateway-session.ts";
import type { ApiVisit } from "./api.ts";
import { bearerOf } from "./http-errors.ts";
import { spendProof, verifyDpop, type Dpop } from "./identity/dpop.ts";
import { addressOf, recordRefused } from "./admitting.ts";
import type { Site } from "./http.ts";
import type { GatewaySessions } from "./identity/gateway-sessions.ts";
import type { Log } from "./log.ts";
import type { Store } from "./store/store.ts";
import type { Principal } from "./identity/principal.ts";
import { sendJson } from "./send-json.ts";

/** A provider's token that ends sooner than this begins no session. */
const shortestMs = 1000;

/**
 * `POST /v1/session`: the provider's token and a proof by the caller's enrolled device, for a session of minutes. Begun is recorded before it is
 * answered; a renewal changes nothing that the ledger tells.
 */
export async function beginSession(visit: ApiVisit): Promise<void> {
  try {
    await begin(visit);
  } catch (error) {
    // Every exchange may begin with the question for a nonce.
    const recorded = error instanceof CountersignError && error.code !== "use_dpop_nonce";
    if (recorded) await recordRefused(visit.site, visit.request, error, { principal: visit.principal.id });
    throw error;
  }
}

async function begin(visit: ApiVisit): Promise<void> {
  const { site, request, response, principal, session } = visit;
  const { sessions, nonces, gate, origin } = site;
  response.setHeader("dpop-nonce", nonces.current());
  // So that a client whose clock is wrong makes its proof by this one.
  response.setHeader("countersign-time", String(gate.now()));
  if (session !== null) throw new CountersignError("token_missing", "A session is begun with the provider's token.");
  const proof = await verifyDpop(headerOf(request.headers["dpop"]), nonces, {
    method: "POST",
    address: `${origin}${gatewaySessionPath}`,
    token: bearerOf(request) ?? "",
    nowMs: gate.now(),
  });
  if (principal.confirmedKey !== undefined && principal.confirmedKey !== proof.thumbprint)
    throw new CountersignError("proof_wrong_token", "The token is bound to another key (cnf).");
  if (principal.expiresAtMs - gate.now() < shortestMs)
    throw new CountersignError("token_expired", "The token has expired; get a new one.");
  const device = deviceOf(site, principal, proof);
  spendProof(nonces, device ?? principal.id, proof);
  // From here on nothing is awaited: who was revoked while the proof was looked at begins none.
  if (site.revocations.isRevoked(principal.id))
    throw new CountersignError("revoked", "An administrator revoked this account at the gateway: ask who runs it.");
  if (site.revocations.isSpent(proof.thumbprint, principal))
    throw new CountersignError("revoked", "This device's session was revoked. Sign in again.");
  const { epk, renews } = proof.claims;
  const { lasts: lastsMs } = gate.runtime().config.sessions;
  const begun = sessions.begin({ principal, key: proof.thumbprint, device, epk, renews, lastsMs });
  if (begun.isNew) {
    const { id } = begun.session;
    const { issuer, authenticatedAtMs: signedInAtMs } = principal;
    const entry = { session: id, principal: principal.id, device, address: addressOf(request), issuer, signedInAtMs };
    await gate.store.commit((writes) => writes.append("gateway-session.begun", entry));
  }
  // It may have been revoked while it was recorded.
  if (!begun.session.isEnded) gate.present.saw(begun.session.principal);
  sendJson(response, 200, begun.begun);
}

/** `DELETE /v1/session`, as a request of the session that ends. */
export async function endSession({ site, response, principal, session }: ApiVisit): Promise<void> {
  if (session === null) throw new CountersignError("session_needed", "Only a request of a session can end it.");
  site.sessions.end(session);
  await site.gate.store.commit((writes) =>
    writes.append("gateway-session.ended", { session: session.id, principal: principal.id, why: "by its client" }),
  );
  response.writeHead(204).end();
}

/** Forgets sessions that have run out, and records that they have; what can't be recorded is logged. */
export function sweepSessions(sessions: GatewaySessions, store: Store, log: Log): void {
  const over = sessions.sweep();
  if (over.length === 0) return;
  store
    .commit((writes) => {
      for (const { session, why } of over)
        writes.append("gateway-session.ended", { session: session.id, principal: session.principal.id, why });
    })
    .catch((error: unknown) => log({ level: "error", event: "gateway-session.ended", error }));
}

/** A person's session is bound to a device that was enrolled for them; a service has none to enrol. Throws `unknown_device`. */
function deviceOf({ gate }: Site, principal: Principal, { thumbprint }: Dpop): string | null {
  const device = gate.store.devices.get(`dev_${thumbprint}`);
  if (device?.principal === principal.id) return device.id;
  if (device === undefined && principal.kind === "service") return null;
  throw new CountersignError("unknown_device", "This device is not enrolled for you. Sign in again to enrol it.");
}

function headerOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
