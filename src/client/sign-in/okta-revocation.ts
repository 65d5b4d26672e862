import { getOAuthUrls, type OktaAuth } from "@okta/okta-auth-js/core";
import type { SignedOut } from "../../shared/console.ts";
import type { Transport } from "./transport.ts";

/**
 * RFC 7009 by a public client, which names itself in the form; the library sends a Basic header without a colon instead. The answer is 200 whatever
 * became of the token: that it is refused now is what proves the revocation.
 */
export async function revoke(
  okta: OktaAuth,
  clientId: string,
  refreshToken: string | null,
  transport: Transport,
): Promise<SignedOut["provider"]> {
  if (refreshToken === null) return "unsupported";
  const { revokeUrl, tokenUrl } = getOAuthUrls(okta);
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  const post = (url: string, form: { readonly [field: string]: string }) =>
    transport.request("POST", url, { headers, body: new URLSearchParams({ client_id: clientId, ...form }).toString() });
  try {
    const answer = await post(String(revokeUrl), { token_type_hint: "refresh_token", token: refreshToken });
    if (answer.status !== 200) return "failed";
    const tried = await post(String(tokenUrl), { grant_type: "refresh_token", refresh_token: refreshToken });
    return tried.status === 400 && tried.body.includes('"invalid_grant"') ? "revoked" : "failed";
  } catch {
    return "failed";
  }
}
