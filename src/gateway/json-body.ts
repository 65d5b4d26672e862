import { z } from "zod";
import { CountersignError } from "../shared/errors.ts";
import type { ApiVisit } from "./api.ts";
import { readBody } from "./body.ts";

const bodyLimit = 65_536;

/**
 * The JSON body of a request to `/v1/…`, parsed. Throws CountersignError `too_large` or `bad_request`, or what has become of the caller while
 * it came: one that was revoked, or whose session ended, could otherwise have kept the door open by sending slowly.
 */
export async function bodyOf<T>(visit: ApiVisit, schema: z.ZodType<T>): Promise<T> {
  const text = await readBody(visit.request, bodyLimit);
  if (text === null) throw new CountersignError("too_large", `The body is larger than ${bodyLimit} bytes.`);
  refuseGone(visit);
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success)
    throw new CountersignError(
      "bad_request",
      `The body is not what is asked for: ${z.prettifyError(parsed.error).slice(0, 300)}`,
    );
  return parsed.data;
}

function refuseGone({ site, principal, session }: ApiVisit): void {
  if (site.revocations.isRevoked(principal.id))
    throw new CountersignError("revoked", "An administrator revoked this account at the gateway: ask who runs it.");
  if (session?.isEnded === true) throw new CountersignError("session_ended", "This session has ended: begin one anew.");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CountersignError("bad_request", "The body is not JSON.", { cause });
  }
}
