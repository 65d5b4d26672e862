import { CountersignError } from "../../shared/errors.ts";

/** The codes that a sign-in may fail with. */
const ours = new Set(["reauthentication_needed", "cancelled", "timed_out", "denied", "transient", "misconfigured"]);

/** Whether the error is already one that SignIn promises. */
export function isSignInFault(error: unknown): error is CountersignError {
  return error instanceof CountersignError && ours.has(error.code);
}

/** The session's end: only a new sign-in helps. */
export function reauthenticationNeeded(cause?: unknown): CountersignError {
  return new CountersignError("reauthentication_needed", "Your session has ended. Sign in again.", { cause });
}

/** The session goes on, but what was asked for takes a fresh or a stronger sign-in. */
export function moreIsAsked(cause?: unknown): CountersignError {
  const message = "Your organisation asks for a fresh or a stronger sign-in here. Sign in again.";
  return new CountersignError("reauthentication_needed", message, { cause });
}

/** Whether the provider's code says that the session stands, and its person has to do something for it (OpenID Connect Core, 3.1.2.6; RFC 9470). */
export function asksForMore(code: string | null): boolean {
  return code === "interaction_required" || code === "insufficient_user_authentication";
}

/** The provider answered a request with Retry-After, and that time is not over. */
export function askedToWait(): CountersignError {
  return new CountersignError("transient", "The sign-in provider asked to be left alone for a while. Try again then.");
}

/**
 * A provider's refusal by its OAuth or OpenID Connect error code; null where the answer itself did not hold up. The
 * provider's own words stay in the cause: they are untrusted text and may name tokens.
 */
export function refusalFault(code: string | null, cause: unknown): CountersignError {
  switch (code) {
    case "access_denied":
    // Entra's word for it in the device authorization grant.
    case "authorization_declined":
      return new CountersignError(
        "denied",
        "The sign-in was refused at the sign-in provider. Sign in with another account, or ask who runs it.",
        { cause },
      );
    case "invalid_grant":
    case "bad_token":
    case "no_tokens_found":
    case "no_account_found":
    case "native_account_unavailable":
    case "refresh_token_expired":
    case "interaction_required":
    case "login_required":
    case "consent_required":
    case "account_selection_required":
    case "insufficient_user_authentication":
    case "unmet_authentication_requirements":
      return reauthenticationNeeded(cause);
    case "expired_token":
      return new CountersignError("timed_out", "Nobody entered the code in time. Start the sign-in again.", { cause });
    case "server_error":
    case "temporarily_unavailable":
    case "slow_down":
      return new CountersignError("transient", "The sign-in provider has a fault of its own. Try again in a minute.", {
        cause,
      });
    case null:
      return new CountersignError(
        "misconfigured",
        "The sign-in provider’s answer did not pass our checks. Ask whoever runs Countersign to look at its settings.",
        { cause },
      );
    default:
      return new CountersignError(
        "misconfigured",
        `The sign-in provider refused the request (${printable(code)}). The client’s registration there does not fit: \`countersign doctor\` names what to look at.`,
        { cause },
      );
  }
}

function printable(code: string): string {
  return /^[\w.:-]{1,60}$/.test(code) ? code : "without a proper code";
}
