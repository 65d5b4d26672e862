import { rootCertificates } from "node:tls";

/** TLS options that trust the usual authorities and, where given, one more (PEM). Never fewer checks. */
export function trusting(ca: string | undefined): { readonly ca?: string[] } {
  return ca === undefined ? {} : { ca: [...rootCertificates, ca] };
}
