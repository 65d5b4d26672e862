import { readFileSync } from "node:fs";
import * as tls from "node:tls";

/** TLS options that trust the usual authorities, those of the system's store and, where given, one more (PEM). Never fewer checks. */
export function trusting(ca: string | undefined): { readonly secureContext?: tls.SecureContext } {
  const key = ca ?? "";
  let context = contexts.get(key);
  if (context === undefined) {
    context = tls.createSecureContext({ ca: [...authorities(), ...(ca === undefined ? [] : [ca])] });
    contexts.set(key, context);
  }
  return { secureContext: context };
}

/** Reading some hundred certificates takes a while: once for each authority that a profile adds. */
const contexts = new Map<string, tls.SecureContext>();

/** A company's own authority is in the system's store or in NODE_EXTRA_CA_CERTS, and a proxy that looks into TLS signs by it. */
function authorities(): readonly string[] {
  // Runtimes before Node 22.15 have no way to the system's store.
  if (typeof tls.getCACertificates !== "function") return [...tls.rootCertificates, ...extra()];
  return [...new Set([...tls.getCACertificates("default"), ...tls.getCACertificates("system")])];
}

function extra(): readonly string[] {
  const path = process.env["NODE_EXTRA_CA_CERTS"];
  if (path === undefined || path === "") return [];
  try {
    return [readFileSync(path, "utf8")];
  } catch {
    // Node itself only warns of such a file.
    return [];
  }
}
