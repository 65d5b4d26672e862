import type { LinkTrouble } from "../shared/link-trouble.ts";
import { toFailure } from "../shared/errors.ts";

/** Why no connection came about, out of what Node says of it (`error.code`: a system error's or OpenSSL's name). */
export function troubleOf(error: unknown): LinkTrouble {
  const name = codeOf(error);
  const kind = kinds.get(name);
  if (kind !== undefined) return { kind, detail: name };
  // OpenSSL has several dozen reasons to distrust a certificate, Node's own begin with ERR_TLS.
  if (/CERT|ERR_TLS|ERR_SSL|SIGNATURE/.test(name)) return { kind: "certificate", detail: name };
  // The library names a handshake that took too long in words alone.
  if (/handshake has timed out/i.test(String(error))) return { kind: "silent", detail: "ETIMEDOUT" };
  return { kind: "network", detail: name === "" ? "unknown" : name };
}

/** Why an upgrade was refused, by the status that came instead. */
export function troubleOfStatus(status: number): LinkTrouble {
  return { kind: status === 401 || status === 403 ? "turned-away" : "failing", detail: `HTTP ${status}` };
}

/** Why there was no token to show, or no session to be had for it. */
export function troubleOfToken(error: unknown): LinkTrouble {
  const { code } = toFailure(error);
  return { kind: code === "issuer_unreachable" ? "issuer" : "sign-in", detail: code };
}

const kinds: ReadonlyMap<string, LinkTrouble["kind"]> = new Map([
  ["ENOTFOUND", "name"],
  ["EAI_AGAIN", "name"],
  ["EAI_NONAME", "name"],
  ["ECONNREFUSED", "closed"],
  ["ETIMEDOUT", "silent"],
  ["UND_ERR_CONNECT_TIMEOUT", "silent"],
  ["ECONNRESET", "broken-off"],
  ["EPIPE", "broken-off"],
]);

function codeOf(error: unknown): string {
  // Both address families failed: the first says why.
  const first = error instanceof AggregateError ? (error.errors as readonly unknown[])[0] : error;
  const code = first instanceof Error && "code" in first ? first.code : "";
  return typeof code === "string" ? code : "";
}
