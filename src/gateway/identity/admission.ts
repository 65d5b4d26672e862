import type { IncomingMessage } from "node:http";
import { CountersignError } from "../../shared/errors.ts";
import { bearerOf } from "../http-errors.ts";
import type { GatewaySession, GatewaySessions } from "./gateway-sessions.ts";
import type { Principal, TokenVerifier } from "./principal.ts";
import type { Revocations } from "./revocations.ts";
import { sessionTokenOf, verifyRequestProof } from "./request-proof.ts";

/** Who a request is let in as, and on what: `session` is null where it came with the provider's own token. */
export interface Admission {
  /** Of a session as its newest renewal says, for what lasts longer than one. */
  readonly principal: Principal;
  readonly session: GatewaySession | null;
}

/** What a request may show at its address: a session alone, or the provider's own token as well. */
export type Accepts = "sessions" | "provider-tokens";

export interface AdmissionTools {
  readonly verifier: TokenVerifier;
  readonly sessions: GatewaySessions;
  readonly revocations: Revocations;
  readonly origin: string;
  readonly now: () => number;
}

/** Verifies who sends a request (rule 1). Throws CountersignError: the token's codes, a proof's, `session_needed`. */
export async function admit(request: IncomingMessage, accepts: Accepts, tools: AdmissionTools): Promise<Admission> {
  const { sessions, origin, now, verifier, revocations } = tools;
  const token = sessionTokenOf(request);
  if (token !== undefined) {
    const { session } = verifyRequestProof(request, token, { sessions, origin, nowMs: now() });
    return {
      get principal() {
        return session.principal;
      },
      session,
    };
  }
  const principal = await verifier.verify(bearerOf(request));
  if (revocations.isRevoked(principal.id))
    throw new CountersignError("revoked", "An administrator revoked this account at the gateway: ask who runs it.");
  if (accepts === "sessions") {
    const message = "This address takes calls of Countersign's own sessions alone: use the tunnel, not the token.";
    throw new CountersignError("session_needed", message);
  }
  return { principal, session: null };
}
