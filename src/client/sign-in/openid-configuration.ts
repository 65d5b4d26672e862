import * as client from "openid-client";
import { clockToleranceSeconds, type Tools } from "./adapter.ts";
import { isLoopbackHttp } from "./transport.ts";

/** An issuer's metadata for openid-client, as our public client there, through our transport. */
export function readConfiguration(issuer: string, clientId: string, tools: Tools): Promise<client.Configuration> {
  const url = new URL(issuer);
  // Plain HTTP is for the demo's provider on this machine; the transport refuses it elsewhere too.
  const insecure = isLoopbackHttp(url) ? [client.allowInsecureRequests] : [];
  const settings = { [client.clockTolerance]: clockToleranceSeconds };
  return client.discovery(url, clientId, settings, client.None(), {
    [client.customFetch]: tools.transport.fetch,
    // Signatures of id tokens are checked although they come over TLS from the issuer itself.
    execute: [client.enableNonRepudiationChecks, ...insecure],
  });
}
