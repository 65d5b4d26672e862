import { CountersignError } from "../shared/errors.ts";
import type { ProtocolHeaders } from "../shared/target.ts";

/** What a client's request may bring along; everything else of it stays at the gateway (rule 2). */
const passed = /^(mcp-(protocol-version|method|name|param-.+)|traceparent|tracestate)$/;
/** What the gateway says itself. */
const own = /^(accept|connection|content-(length|type)|host|last-event-id|transfer-encoding|mcp-.+)$/;

/** The protocol's headers among a client's. */
export function protocolHeaders(headers: ProtocolHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => passed.test(name)));
}

/** The configured credential headers, names in lower case. Throws CountersignError `configuration`; never shows a value. */
export function credentialHeaders(configured: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(configured)) {
    const lower = name.toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower)) throw misconfigured(name, "is no header name");
    if (own.test(lower)) throw misconfigured(name, "is set by the gateway itself; remove it");
    if (!/^[\t\x20-\x7e]*$/.test(value))
      throw misconfigured(name, "has a value with line breaks or non-ASCII characters");
    headers[lower] = value;
  }
  return headers;
}

function misconfigured(name: string, why: string): CountersignError {
  return new CountersignError("configuration", `The header ${JSON.stringify(name)} of a connection ${why}.`);
}
