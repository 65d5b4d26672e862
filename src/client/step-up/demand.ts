import { z } from "zod";
import { demandErrors, signInDemand, type SignInDemand } from "../../shared/sign-in-demand.ts";
import type { Answer } from "../upstream/answer.ts";

/** Whether the gateway refuses this call, of a session that is good, for want of a fresh or a stronger sign-in (RFC 9470). */
export function asksForSignIn({ status, headers }: Pick<Answer, "status" | "headers">): boolean {
  return status === 401 && challenge.test(headers["www-authenticate"] ?? "");
}

/** What it asks for; null where its words are of another version. Nothing of the call was run, either way. */
export async function demandIn(answer: Answer): Promise<SignInDemand | null> {
  const text = answer.whole?.toString("utf8") ?? (await answer.text(mostBytes));
  try {
    return refusal.parse(JSON.parse(text ?? "")).error.data;
  } catch {
    return null;
  }
}

const challenge = new RegExp(`^Session error="(?:${demandErrors.join("|")})"`);
const refusal = z.object({ error: z.object({ data: signInDemand }) });
const mostBytes = 64 * 1024;
