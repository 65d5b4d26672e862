import type { Dispatcher } from "undici";
import { z } from "zod";
import { CountersignError } from "../../shared/errors.ts";
import { Exchange, type Answer } from "./answer.ts";

/** Asks `/readyz`. Resolves where the gateway takes calls; rejects with what it said, or what the connection failed with. */
export async function gatewayTakesCalls(dispatcher: Dispatcher, origin: string, signal: AbortSignal): Promise<void> {
  const exchange = new Exchange(() => undefined);
  const late = () => exchange.abort(Object.assign(new Error("No answer in time."), { code: "ETIMEDOUT" }));
  signal.addEventListener("abort", late, { once: true });
  dispatcher.dispatch({ origin, path: "/readyz", method: "GET", headers: [], body: null }, exchange);
  const answer = await exchange.head;
  const said = unready.safeParse(parsed(await answer.text(mostBytes)));
  // What else fails there lets calls through, or makes the gateway answer them itself.
  if (said.success && said.data.failing.includes("draining")) throw restarting(origin);
  if (!said.success && [502, 503, 504].includes(answer.status)) throw restarting(origin);
}

/**
 * Why an answer is none of the gateway's about this request: it turned the request away before it did anything (`isUntouched`), or
 * something between here and there answered in its place. Null for all others.
 */
export function strange(
  answer: Answer,
  origin: string,
): { readonly error: CountersignError; readonly isUntouched: boolean } | null {
  if (answer.headers[notForwarded] !== undefined) return { error: restarting(origin), isUntouched: true };
  // It may come twice, as a list.
  const type = String(answer.headers["content-type"]);
  const isOurs = (): boolean => /^(application\/json|text\/event-stream)/.test(type);
  if ([502, 503, 504].includes(answer.status) && !isOurs()) return { error: restarting(origin), isUntouched: false };
  if (answer.status !== 200 || !type.startsWith("text/html")) return null;
  const message = `A page answers in place of ${new URL(origin).host}: the network wants a sign-in of its own, or blocks the way. Open a browser, then call again.`;
  return { error: new CountersignError("gateway_unreachable", message), isUntouched: false };
}

/** The gateway's word that it did nothing with a request (docs/protocol.md). */
const notForwarded = "countersign-not-forwarded";

function restarting(origin: string): CountersignError {
  const message = `The gateway ${new URL(origin).host} is stopping or starting again: call again in a moment.`;
  return new CountersignError("gateway_restarting", message);
}

const mostBytes = 64 * 1024;
const unready = z.object({ failing: z.array(z.string()) });

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return null;
  }
}
