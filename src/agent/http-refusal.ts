import { isJsonObject, isShallow, type Json } from "../shared/json.ts";
import { TargetError } from "../shared/target.ts";

/** Never reached the target: nothing can have run. */
const unreachableCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** What a failed exchange means. What isn't known to have failed before sending may have run, so it counts as a crash. */
export function exchangeFault(cause: unknown): TargetError {
  if (cause instanceof TargetError) return cause;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (unreachableCodes.has(code))
    return new TargetError("unreachable", `The target can't be reached (${code}).`, { cause });
  if (code === "UND_ERR_INVALID_ARG")
    return new TargetError("protocol", "A header can't be sent to the target.", { cause });
  return new TargetError("crashed", "The target closed the connection before its answer was complete.", { cause });
}

/** The meaning of an answer whose status is no success. `body` is what could be read of it. */
export function refusal(status: number, body: string, hasSession: boolean): TargetError {
  const rpcError = errorIn(body);
  const options = rpcError === undefined ? { status } : { status, rpcError };
  if (status === 404 && hasSession)
    return new TargetError("session-lost", "The target has ended the session.", options);
  if (status === 401 || status === 403) {
    return new TargetError("http", `The target refused the gateway's credential (${status}).`, options);
  }
  if (status >= 300 && status < 400) {
    return new TargetError(
      "http",
      `The target answered with a redirect (${status}), which is never followed.`,
      options,
    );
  }
  return new TargetError("http", `The target answered with status ${status}.`, options);
}

function errorIn(body: string): Json | undefined {
  try {
    const value: Json = JSON.parse(body);
    return isJsonObject(value) && isJsonObject(value.error) && isShallow(body, value) ? value.error : undefined;
  } catch {
    return undefined;
  }
}
