import { createHash, randomBytes } from "node:crypto";
import type { Dispatcher } from "undici";
import { z } from "zod";
import { CountersignError, errorCodes, type ErrorCode } from "../../shared/errors.ts";
import { begunSession, gatewaySessionPath, type BegunSession } from "../../shared/gateway-session.ts";
import type { Device } from "../device.ts";
import { weatherOf } from "../upstream/weather.ts";
import { agreement, type Agreement } from "./signing.ts";

/** What one exchange is made with: the provider's token, the session to go on with, and what the gateway said last of nonce and time. */
export interface ExchangeTerms {
  readonly accessToken: string;
  readonly renews: string | null;
  readonly nonce: string | null;
  readonly gatewayNowMs: number;
}

/** What came of it; `nonce` and `nowMs` are the gateway's, where it said them. */
export type Exchanged = {
  readonly nonce: string | null;
} & (
  | { readonly ok: true; readonly begun: BegunSession; readonly agreed: Agreement }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly nowMs: number | null }
);

export interface ExchangeSide {
  readonly dispatcher: Dispatcher;
  readonly origin: string;
  readonly device: Pick<Device, "prove">;
}

/** Exchanges the provider's token for a session (docs/protocol.md). Throws what stands between here and the gateway. */
export async function exchange(side: ExchangeSide, terms: ExchangeTerms): Promise<Exchanged> {
  const { origin, dispatcher, device } = side;
  const agreed = agreement();
  const proof = await device.prove({
    jti: randomBytes(16).toString("base64url"),
    htm: "POST",
    htu: `${origin}${gatewaySessionPath}`,
    iat: Math.floor(terms.gatewayNowMs / 1000),
    ath: createHash("sha256").update(terms.accessToken).digest("base64url"),
    epk: agreed.epk,
    ...(terms.nonce === null ? {} : { nonce: terms.nonce }),
    ...(terms.renews === null ? {} : { renews: terms.renews }),
  });
  const headers = { authorization: `Bearer ${terms.accessToken}`, dpop: proof, accept: "application/json" };
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    const answer = await dispatcher.request({ origin, path: gatewaySessionPath, method: "POST", headers, signal });
    return read(answer.statusCode, answer.headers, await answer.body.text(), agreed);
  } catch (cause) {
    throw weatherOf(cause, origin);
  }
}

const answerTimeoutMs = 10_000;
const errorBody = z.object({ error: z.object({ code: z.enum(errorCodes), message: z.string() }) });

function read(status: number, headers: Readonly<Record<string, unknown>>, text: string, agreed: Agreement): Exchanged {
  const nonce = typeof headers["dpop-nonce"] === "string" ? headers["dpop-nonce"] : null;
  const value = parsed(text);
  if (status === 200) {
    const begun = begunSession.safeParse(value);
    if (begun.success) return { ok: true, nonce, begun: begun.data, agreed };
    const message = "The gateway's answer is not of this protocol version: update one of the two.";
    throw new CountersignError("internal", message, { cause: begun.error });
  }
  const named = errorBody.safeParse(value);
  const time = Number(headers["countersign-time"] ?? Number.NaN);
  const nowMs = Number.isFinite(time) ? time : null;
  if (named.success) return { ok: false, nonce, nowMs, ...named.data.error };
  const away = status === 502 || status === 503 || status === 504;
  const message = `The gateway answered HTTP ${status} without saying why: call again in a moment.`;
  return { ok: false, nonce, nowMs, code: away ? "gateway_restarting" : "internal", message };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
