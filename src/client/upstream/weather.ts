import { networkInterfaces } from "node:os";
import { CountersignError, type ErrorCode } from "../../shared/errors.ts";

/** What stands between this machine and the gateway, in words that say what to do. `cause` is what a connection failed with. */
export function weatherOf(cause: unknown, origin: string): CountersignError {
  if (cause instanceof CountersignError) return cause;
  const { host, hostname } = new URL(origin);
  const codes = codesOf(cause);
  const because = (code: CountersignError["code"], message: string) => new CountersignError(code, message, { cause });
  if (codes.some((code) => untrusted.test(code)))
    return because(
      "gateway_untrusted",
      `${host} shows a certificate that this computer does not trust: check its clock and the network; if the company inspects TLS, ask IT to install its authority.`,
    );
  if (/^Proxy response|proxy/i.test(cause instanceof Error ? cause.message : ""))
    return because(
      "proxy_failed",
      `The proxy refuses the way to ${host}: check HTTPS_PROXY and NO_PROXY, or ask who runs the proxy.`,
    );
  if (codes.some((code) => unreachable.has(code)))
    return because(
      "network_down",
      `This computer's network does not lead to ${host}: check it and the VPN, then call again.`,
    );
  if (codes.some((code) => unnamed.has(code))) {
    const message = isAlone()
      ? "This computer has no network: connect it, then call again."
      : `${hostname} is not known on this network: connect the VPN, then call again.`;
    return because("network_down", message);
  }
  if (codes.includes("ECONNREFUSED"))
    return because(
      "gateway_unreachable",
      `Nothing listens at ${host}: the gateway is down or starts again. Call again in a minute; if it stays so, tell who runs it.`,
    );
  return because("gateway_unreachable", `${host} does not answer: check the network and the VPN, then call again.`);
}

/** Whether a failure is certain, so that nobody needs to wait for the end of a time. */
export function isCertain(cause: unknown): boolean {
  const codes = codesOf(cause);
  return codes.some((code) => code === "ECONNREFUSED" || unreachable.has(code) || unnamed.has(code));
}

/** Whether a code says that the gateway could not be reached. */
export function isWeather(code: ErrorCode): boolean {
  return weather.has(code);
}

const weather: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "gateway_unreachable",
  "gateway_restarting",
  "gateway_untrusted",
  "network_down",
  "proxy_failed",
]);
const unreachable: ReadonlySet<string> = new Set([
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "EHOSTDOWN",
]);
const unnamed: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME"]);
/** OpenSSL has several dozen reasons to distrust a certificate, Node's own begin with ERR_TLS. */
const untrusted = /CERT|ERR_TLS|ERR_SSL|SIGNATURE/;

/** Node says one code for each address that it tried (`AggregateError`); undici wraps what it got. */
function codesOf(error: unknown, depth = 0): readonly string[] {
  if (!(error instanceof Error) || depth > 4) return [];
  const own = "code" in error && typeof error.code === "string" ? [error.code] : [];
  const tried = error instanceof AggregateError ? error.errors.flatMap((each) => codesOf(each, depth + 1)) : [];
  return [...own, ...tried, ...codesOf(error.cause, depth + 1)];
}

function isAlone(): boolean {
  return Object.values(networkInterfaces()).every((each) => each?.every(({ internal }) => internal) ?? true);
}
