import type { SignedOut } from "../../shared/console.ts";
import { CountersignError } from "../../shared/errors.ts";
import { gatewaySessionPath } from "../../shared/gateway-session.ts";
import type { Device } from "../device.ts";
import type { TokenSource } from "../gateway.ts";
import { bearing, type Pass, type PassSource } from "../pass.ts";
import { createRenewal, type After } from "../renewal.ts";
import { connections } from "../upstream/dispatcher.ts";
import { exchange, type Exchanged } from "./exchange.ts";
import { signedPass } from "./signing.ts";

/** This installation's session at the gateway: begun with the first request, renewed ahead of its end, the provider's token shown for nothing else. */
export interface GatewaySession {
  /** Throws the token source's codes, `reauthentication_needed`, and what stands between here and the gateway. */
  readonly pass: PassSource;
  /** The machine woke, or its network is another: a renewal that is due, or failed before, is tried now. */
  recheck(): void;
  /** Lets go of the session; it runs out at the gateway. */
  drop(): void;
  /** Ends it at the gateway as well, where that can be reached; `none`: there was none. Never throws. */
  end(): Promise<SignedOut["gateway"]>;
  close(): Promise<void>;
}

export interface GatewaySessionOptions {
  /** The pinned origin. */
  readonly origin: string;
  readonly ca: string | undefined;
  readonly token: TokenSource;
  readonly device: Pick<Device, "prove">;
  readonly now: () => number;
  /** Timers of that clock; this machine's where it is left out. */
  readonly after?: After | undefined;
  /** The gateway takes this device or this sign-in no more: a person has to sign in. */
  readonly onRefused: (error: CountersignError) => void;
}

interface Current {
  readonly id: string;
  readonly pass: Pass;
  readonly expiresAtMs: number;
}

export function createGatewaySession(options: GatewaySessionOptions): GatewaySession {
  const { origin, device, now, token } = options;
  const { dispatcher } = connections(origin, options.ca);
  const plain = bearing(token);
  let current: Current | null = null;
  let renewing: Promise<Pass> | null = null;
  /** Rises when whoever is signed in may be another: what was asked for before is not theirs. */
  let round = 0;
  /** Until when the gateway is taken for one that has no sessions. */
  let withoutUntilMs = -Infinity;
  let nonce: string | null = null;
  let offsetMs = 0;
  const gatewayNowMs = () => now() + offsetMs;
  const renewal = createRenewal(() => renewed(), now, options.after);

  function renewed(): Promise<Pass> {
    renewing ??= renew().finally(() => (renewing = null));
    return renewing;
  }

  async function renew(): Promise<Pass> {
    const asked = round;
    const answer = await insist();
    if (round !== asked) throw new CountersignError("signed_out", "The session was ended meanwhile: call again.");
    if (answer === null) {
      withoutUntilMs = now() + withoutMs;
      return await plain();
    }
    const { begun, agreed } = answer;
    offsetMs = begun.nowMs - now();
    const pass = signedPass(begun, agreed.keyOf(begun, origin), origin, gatewayNowMs);
    const expiresAtMs = begun.expiresAtMs - offsetMs;
    current = { id: begun.session, pass, expiresAtMs };
    renewal.plan(expiresAtMs);
    return pass;
  }

  /** The exchange, again with what the gateway asks for; null where it has no sessions. */
  async function insist(): Promise<Extract<Exchanged, { ok: true }> | null> {
    let tokens = await token();
    let fresh = false;
    for (let turn = 1; ; turn += 1) {
      const terms = {
        accessToken: tokens.accessToken,
        renews: current?.id ?? null,
        nonce,
        gatewayNowMs: gatewayNowMs(),
      };
      const answer = await exchange({ dispatcher, origin, device }, terms);
      nonce = answer.nonce ?? nonce;
      if (answer.ok) return answer;
      if (answer.nowMs !== null) offsetMs = answer.nowMs - now();
      const { code, message } = answer;
      if (code === "not_found") return null;
      if (refusing.has(code)) {
        const refused = new CountersignError(code, message);
        options.onRefused(refused);
        throw new CountersignError("reauthentication_needed", message, { cause: refused });
      }
      const again = code === "use_dpop_nonce" || code === "proof_stale" || code === "proof_replayed";
      const other = !again && !fresh && isOfToken(code);
      if (turn >= mostTurns || (!again && !other)) throw new CountersignError(code, message);
      if (!other) continue;
      fresh = true;
      tokens = await token({ force: true });
    }
  }

  function drop(): void {
    round += 1;
    current = null;
    withoutUntilMs = -Infinity;
    renewal.stop();
  }

  return {
    pass({ refused = null } = {}) {
      const nowMs = now();
      if (withoutUntilMs > nowMs) return plain({ refused });
      const isGood = current !== null && current.expiresAtMs - nowMs > marginMs;
      // Many that were refused with the same one need one new session, not one each.
      if (current !== null && isGood && current.pass !== refused) return current.pass;
      return renewed();
    },
    recheck: () => renewal.hurry(),
    drop,
    async end() {
      const ending = current;
      drop();
      if (ending === null) return "none";
      const headers = ending.pass.headers("DELETE", gatewaySessionPath);
      const signal = AbortSignal.timeout(endTimeoutMs);
      const asked = dispatcher.request({ origin, path: gatewaySessionPath, method: "DELETE", headers, signal });
      // Unreached, it runs out by itself within minutes; a gateway that doesn't take it any more has none to end.
      return await asked
        .then(async ({ statusCode, body }) => {
          await body.dump();
          return statusCode === 204 || statusCode === 401 ? ("ended" as const) : ("failed" as const);
        })
        .catch(() => "failed" as const);
    },
    async close() {
      renewal.stop();
      await dispatcher.destroy();
    },
  };
}

/** Only a person's new sign-in helps. */
const refusing: ReadonlySet<string> = new Set(["unknown_device", "revoked"]);
const mostTurns = 5;
/** A request that starts now should reach the gateway within its session. */
const marginMs = 5_000;
const withoutMs = 60_000;
const endTimeoutMs = 2_000;

function isOfToken(code: string): boolean {
  return code.startsWith("token_") || code === "wrong_issuer" || code === "proof_wrong_token";
}
