import type { Verdict } from "../shared/approval.ts";
import type { ErrorCode } from "../shared/errors.ts";

interface Wording {
  /** What happened and what it means. */
  readonly what: string;
  /** What to do. */
  readonly next: string;
}

const notProven: Wording = {
  what: "The gateway could not verify that this device sent the request.",
  next: "Try again; if it repeats, sign in again.",
};

/** What a person is told for each code: here and nowhere else. */
const wordings: Readonly<Record<ErrorCode, Wording>> = {
  token_missing: { what: "The gateway got no proof of who you are.", next: "Sign in again." },
  token_invalid: { what: "The gateway does not accept your sign-in.", next: "Sign in again." },
  token_expired: { what: "Your sign-in has run out.", next: "Sign in again." },
  token_not_yet_valid: {
    what: "Your sign-in is not valid yet, so the clocks differ.",
    next: "Set this computer’s clock, then sign in again.",
  },
  wrong_issuer: {
    what: "The gateway does not know the sign-in provider of this account.",
    next: "Sign in with your work account.",
  },
  wrong_audience: {
    what: "The sign-in was made for another service.",
    next: "Ask who runs the gateway to check its audience and scope.",
  },
  wrong_tenant: { what: "This account belongs to another organisation.", next: "Sign in with your work account." },
  wrong_client: {
    what: "The gateway does not accept sign-ins made by this app.",
    next: "Ask who runs the gateway to allow its client id.",
  },
  issuer_unreachable: {
    what: "The gateway cannot reach the sign-in provider, so it cannot check who you are.",
    next: "Try again in a minute.",
  },
  sign_in_too_old: { what: "This device can be enrolled only right after a sign-in.", next: "Sign in again." },
  device_waits: {
    what: "This device may not decide yet, as you had another before it.",
    next: "Confirm it there, or ask an administrator.",
  },
  unknown_device: { what: "The gateway does not know this device.", next: "Sign in again to enrol it." },
  session_needed: {
    what: "The gateway takes calls here only from a signed-in Countersign app or tunnel.",
    next: "Use the tunnel’s address instead of the gateway’s.",
  },
  session_unknown: { what: "The gateway does not know this session.", next: "It is begun anew by itself; try again." },
  session_ended: { what: "This session at the gateway has ended.", next: "It is begun anew by itself; try again." },
  revoked: {
    what: "An administrator ended this session, device or account at the gateway.",
    next: "Sign in again; if that is refused, ask who runs the gateway.",
  },
  use_dpop_nonce: { what: "The gateway asks for the proof of this device once more.", next: "Try again." },
  proof_missing: notProven,
  proof_malformed: notProven,
  proof_signature: notProven,
  proof_wrong_method: notProven,
  proof_wrong_address: notProven,
  proof_wrong_token: notProven,
  proof_stale: {
    what: "The proof of this device came too late or too early, so the clocks differ.",
    next: "Set this computer’s clock, then try again.",
  },
  proof_replayed: notProven,
  not_allowed: { what: "No rule allows this for you.", next: "Ask who runs the gateway if you need it." },
  not_found: { what: "The gateway does not know this request, or it is not yours to see.", next: "Choose another." },
  bad_request: { what: "The gateway did not understand the question.", next: "Update Countersign, then try again." },
  too_large: { what: "The message was larger than the gateway takes.", next: "Shorten the reason." },
  bad_signature: {
    what: "The gateway could not verify this device’s signature.",
    next: "Sign in again to enrol this device.",
  },
  already_decided: {
    what: "This request was decided before your decision came, or you have approved it already.",
    next: "There is nothing left for you to decide.",
  },
  self_approval: { what: "This request is your own; nobody decides on their own call.", next: "Ask another approver." },
  digest_mismatch: {
    what: "This request changed after you opened it, or is not what the gateway holds.",
    next: "Read it again before you decide.",
  },
  expired: {
    what: "The time ran out before your decision arrived.",
    next: "The requester can call again to ask again.",
  },
  not_approver: {
    what: "You are not among those who may approve this request now.",
    next: "Ask a member of the groups shown.",
  },
  rule_changed: {
    what: "The rule that held this request has changed since.",
    next: "The requester can call again to ask under today’s rule.",
  },
  decision_expired: {
    what: "Your decision reached the gateway outside its time, so the clocks differ.",
    next: "Decide again; if it repeats, set this computer’s clock.",
  },
  reason_required: { what: "This request can be approved only with a reason.", next: "Write why, then approve." },
  presence_too_weak: {
    what: "This request can’t be approved from where you did.",
    next: "Open it in the Countersign window and decide there.",
  },
  grant_refused: {
    what: "The rule does not permit this grant.",
    next: "Grant less, or approve this one call alone.",
  },
  number_required: {
    what: "A critical call is approved only with the requester’s number.",
    next: "Ask them for it by voice, then approve.",
  },
  wrong_number: {
    what: "That is not the number on the requester’s screen.",
    next: "Ask them once more, by voice: after three wrong numbers the request is denied.",
  },
  decision_unanswered: {
    what: "The gateway did not answer in time.",
    next: "Once it is back, this request shows how it stands: decide again if it still waits.",
  },
  signed_out: { what: "You are signed out.", next: "Sign in, then try again." },
  reauthentication_needed: { what: "Your sign-in has ended.", next: "Sign in again." },
  sign_in_needed: {
    what: "A rule, or the sign-in provider, asks for a fresh or a stronger sign-in first.",
    next: "Sign in, then try again.",
  },
  cancelled: { what: "The sign-in was cancelled.", next: "Sign in when you are ready." },
  timed_out: { what: "It took too long.", next: "Try again." },
  denied: { what: "The sign-in provider refused.", next: "Sign in with another account, or ask who runs it." },
  transient: {
    what: "The connection broke off before the answer came.",
    next: "Look at the state shown, then try again.",
  },
  misconfigured: {
    what: "The sign-in is not set up correctly.",
    next: "Ask who runs the gateway to check its provider’s settings.",
  },
  pin_changed: {
    what: "This gateway now names another provider than you confirmed. No token goes there.",
    next: "Ask who runs the gateway why. Only removing it and adding it again takes the change.",
  },
  audience_taken: {
    what: "This gateway asks for tokens that are made for another gateway of yours. It gets none.",
    next: "If both are yours, ask who runs them to give each an audience of its own.",
  },
  gateway_unreachable: {
    what: "The gateway cannot be reached.",
    next: "Check the network; it is tried again by itself.",
  },
  gateway_restarting: { what: "The gateway is stopping or starting again.", next: "It is tried again by itself." },
  gateway_untrusted: {
    what: "The gateway shows a certificate that this computer does not trust.",
    next: "Check this computer’s clock and network; if the company inspects TLS, ask IT to install its authority.",
  },
  network_down: {
    what: "This computer’s network does not lead to the gateway.",
    next: "Check the network and the VPN; it is tried again by itself.",
  },
  proxy_failed: {
    what: "The proxy refuses the way to the gateway.",
    next: "Check HTTPS_PROXY and NO_PROXY, or ask who runs the proxy.",
  },
  ledger_inconsistent: {
    what: "The gateway’s ledger does not continue what this computer saw before.",
    next: "Tell your auditor before you decide anything.",
  },
  paused: { what: "Calls are paused on this computer.", next: "Resume them, then call again." },
  port_taken: {
    what: "Another program holds the tunnel’s port, so MCP clients cannot call.",
    next: "End that program and open the tunnel again, or take another port.",
  },
  profile_in_use: { what: "Another Countersign process owns this profile.", next: "Use that one, or end it first." },
  not_running: { what: "Countersign is not reached from this page.", next: "See that it runs, then try again." },
  usage: { what: "The question was put wrongly.", next: "Update Countersign, then try again." },
  configuration: { what: "The configuration is not valid.", next: "Correct it as the detail says." },
  store_failed: {
    what: "The gateway could not write its ledger, so it did nothing.",
    next: "Tell who runs the gateway, then try again.",
  },
  disk_full: {
    what: "The gateway’s disk is full, so it records nothing and does nothing.",
    next: "Tell who runs the gateway; it goes on by itself once there is room.",
  },
  target_failed: { what: "The MCP server did not answer.", next: "Try again; if it repeats, tell who runs it." },
  internal: { what: "Something failed that should not.", next: "Try again; the app’s log has the cause." },
};

/** What happened and what to do, in one line. */
export function wording(code: ErrorCode): string {
  return `${wordings[code].what} ${wordings[code].next}`;
}

/** Where a sign-in's end by one of these codes means something else than elsewhere. */
const ofSignIn: Readonly<Partial<Record<ErrorCode, Wording>>> = {
  timed_out: { what: "Nobody finished it on the provider’s page in time.", next: "Start it again." },
  transient: {
    what: "The sign-in provider did not answer, or asked to be left alone for a while.",
    next: "Check the network, then try again in a minute.",
  },
};

/** Why a sign-in failed and what to do, in one line. */
export function signInWording(code: ErrorCode): string {
  const { what, next } = ofSignIn[code] ?? wordings[code];
  return `${what} ${next}`;
}

/** Why a gateway was not added and what to do, in one line. */
export function addressWording(code: ErrorCode): string {
  const { what, next } = ofAddress[code] ?? wordings[code];
  return `${what} ${next}`;
}

/** Where the same code means something else to whoever types a gateway's address. */
const ofAddress: Readonly<Partial<Record<ErrorCode, Wording>>> = {
  bad_request: { what: "This is not a gateway’s address.", next: "Write it as in https://gateway.example.com." },
  misconfigured: {
    what: "There is no Countersign gateway at this address.",
    next: "Compare it, letter by letter, with what you were given.",
  },
  gateway_unreachable: {
    what: "Nothing answers at this address.",
    next: "Compare it with what you were given, and check the network and the VPN.",
  },
  timed_out: { what: "The gateway did not answer in time.", next: "Check the network and the VPN, then try again." },
};

/** The line above the decision bar after a refused decision; a decision whose answer was lost may have arrived. */
export function refusal(code: ErrorCode, verdict: Verdict): { readonly lead: string; readonly rest: string } {
  if (code === "decision_unanswered" || code === "transient" || code === "timed_out")
    return { lead: "Not known whether it arrived.", rest: wording(code) };
  const nothing = code === "already_decided" ? "" : " Nothing was run.";
  return {
    lead: verdict === "approve" ? "Not approved." : "Not denied.",
    rest: `${wordings[code].what}${nothing} ${wordings[code].next}`,
  };
}
