import { readFileSync } from "node:fs";
import * as tls from "node:tls";
import { proxied } from "./proxied.ts";

/** TLS options of a connection to the gateway. */
export interface Trust {
  readonly secureContext: tls.SecureContext;
}

/**
 * TLS options that trust the authorities that Node brings and, where given, one more (PEM); those of the system's store as well, where a
 * proxy stands between or `trustingSystem` has been asked. Never fewer checks.
 */
export function trusting(ca: string | undefined): Trust {
  const key = ca ?? "";
  // A proxy that looks into TLS signs by a company's own authority.
  if (proxied()) return trustingSystem(ca);
  return wide.get(key) ?? kept(narrow, key, () => usual(ca));
}

/**
 * The same with the system's store, where a company's own authority is: for a gateway that the others don't vouch for. Not read before:
 * the process would keep 4 MiB for it, and it takes a while.
 */
export function trustingSystem(ca: string | undefined): Trust {
  const key = ca ?? "";
  // Runtimes before Node 22.15 have no way to the system's store.
  if (typeof tls.getCACertificates !== "function") return kept(narrow, key, () => usual(ca));
  return kept(wide, key, () => {
    const all = new Set([...tls.getCACertificates("default"), ...tls.getCACertificates("system")]);
    return trust([...all, ...(ca === undefined ? [] : [ca])]);
  });
}

const narrow = new Map<string, Trust>();
const wide = new Map<string, Trust>();

/** Reading some hundred certificates takes a while: once for each authority that a profile adds. */
function kept(store: Map<string, Trust>, key: string, make: () => Trust): Trust {
  const found = store.get(key) ?? make();
  store.set(key, found);
  return found;
}

function usual(ca: string | undefined): Trust {
  // Without a list it is Node's own, with NODE_EXTRA_CA_CERTS, which the process holds once.
  if (ca === undefined) return trust(undefined);
  if (typeof tls.getCACertificates !== "function") return trust([...tls.rootCertificates, ...extra(), ca]);
  return trust([...tls.getCACertificates("default"), ca]);
}

function trust(ca: string[] | undefined): Trust {
  return { secureContext: tls.createSecureContext(ca === undefined ? {} : { ca }) };
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
