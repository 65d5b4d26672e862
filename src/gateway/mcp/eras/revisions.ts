const prefix = "io.modelcontextprotocol/";

/** The revision that requests between the eras are translated to and from. */
export const modernVersion = "2026-07-28";
/** The newest revision with sessions. */
export const legacyVersion = "2025-11-25";

/** What a modern request or result says of itself in `_meta`. */
export const metaKeys = {
  version: `${prefix}protocolVersion`,
  clientInfo: `${prefix}clientInfo`,
  capabilities: `${prefix}clientCapabilities`,
  logLevel: `${prefix}logLevel`,
  serverInfo: `${prefix}serverInfo`,
  subscription: `${prefix}subscriptionId`,
} as const;

/** A party that doesn't name itself. */
export const unnamed = { name: "unknown", version: "" } as const;
