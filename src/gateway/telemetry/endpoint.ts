import { said, type Environment, type Signal } from "./environment.ts";

/** Where one signal is sent. */
export interface Endpoint {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly format: "protobuf" | "json";
  readonly gzip: boolean;
  /** For one batch, retries included, in milliseconds. */
  readonly timeoutMs: number;
  /** Paths of PEM files. */
  readonly tls: {
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
  };
}

const prefix = "OTEL_EXPORTER_OTLP_";
const usualTimeoutMs = 10_000;

/** The endpoint of OTEL_EXPORTER_OTLP_*, or why it can't be used; a value is never repeated, as it may be a secret. */
export function endpointFor(
  env: Environment,
  signal: Signal,
): { readonly ok: true; readonly value: Endpoint } | { readonly ok: false; readonly why: string } {
  const own = (name: string): string | undefined => said(env, `${prefix}${signal.toUpperCase()}_${name}`);
  const shared = (name: string): string | undefined => said(env, prefix + name);
  const either = (name: string): string | undefined => own(name) ?? shared(name);
  const format = formatOf(either("PROTOCOL"));
  if (format === null) return bad("OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf or http/json");
  const url = urlOf(own("ENDPOINT"), shared("ENDPOINT"), signal);
  if (url === null) return bad("OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https address without user or password");
  const headers = headersOf([shared("HEADERS"), own("HEADERS")]);
  if (headers === null) return bad("OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs with commas between them");
  const timeout = Number(either("TIMEOUT") ?? usualTimeoutMs);
  if (!(timeout > 0 && timeout <= 600_000)) return bad("OTEL_EXPORTER_OTLP_TIMEOUT must be milliseconds above 0");
  const tls = { ca: either("CERTIFICATE"), cert: either("CLIENT_CERTIFICATE"), key: either("CLIENT_KEY") };
  const gzip = either("COMPRESSION")?.toLowerCase() === "gzip";
  return { ok: true, value: { url, headers, format, gzip, timeoutMs: timeout, tls } };
}

function bad(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why };
}

function formatOf(protocol: string | undefined): Endpoint["format"] | null {
  switch (protocol?.toLowerCase()) {
    case undefined:
    case "http/protobuf":
      return "protobuf";
    case "http/json":
      return "json";
    default:
      return null;
  }
}

/** The signal's own address is taken as it is; `/v1/SIGNAL` is appended to the common one. */
function urlOf(own: string | undefined, shared: string | undefined, signal: Signal): URL | null {
  const text = own ?? `${(shared ?? "http://localhost:4318").replace(/\/+$/, "")}/v1/${signal}`;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return null;
  return url.username === "" && url.password === "" ? url : null;
}

/** W3C Baggage's form without its properties: `name=value,…`, percent-encoded. */
function headersOf(lists: readonly (string | undefined)[]): Record<string, string> | null {
  const headers: Record<string, string> = {};
  for (const pair of lists.flatMap((list) => (list ?? "").split(",")).filter((each) => each.trim() !== "")) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, Math.max(at, 0)).trim().toLowerCase();
    const value = decoded(pair.slice(at + 1).trim());
    if (value === null || !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) || !/^[\t\x20-\x7e]*$/.test(value)) return null;
    headers[name] = value;
  }
  return headers;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
