import type { ICachePlugin, INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import type { Vault } from "../vault/vault.ts";
import type { Transport } from "./transport.ts";

/** MSAL's token cache, resting in the vault under this key. */
export function cacheIn(vault: Vault, key: string): ICachePlugin {
  return {
    beforeCacheAccess: async (context) => {
      const text = await vault.get(key);
      // What cannot be read counts as absent, and then one signs in anew.
      if (text !== null && isJson(text)) context.tokenCache.deserialize(text);
    },
    afterCacheAccess: async (context) => {
      if (context.cacheHasChanged) await vault.set(key, context.tokenCache.serialize());
    },
  };
}

/** MSAL's own client hides the causes of TLS failures and has no time-out. `onToken` sees each answer with tokens. */
export function networkThrough(transport: Transport, onToken: (answer: object) => void): INetworkModule {
  const send = async <T>(
    method: string,
    url: string,
    options: NetworkRequestOptions = {},
  ): Promise<NetworkResponse<T>> => {
    const { headers = {}, body } = options;
    const answer = await transport.request(method, url, body === undefined ? { headers } : { headers, body });
    const told: unknown = JSON.parse(answer.body || "{}");
    if (typeof told === "object" && told !== null && "access_token" in told) onToken(told);
    // MSAL's interface leaves the body's shape to its caller inside MSAL, which checks it.
    return { status: answer.status, headers: { ...answer.headers }, body: told as T };
  };
  return {
    sendGetRequestAsync: (url, options) => send("GET", url, options),
    sendPostRequestAsync: (url, options) => send("POST", url, options),
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
