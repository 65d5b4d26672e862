import { setTimeout as pause } from "node:timers/promises";
import type { ClientOptions } from "../client/client-options.ts";
import type { Client } from "../client/index.ts";
import { backoffMs } from "../shared/backoff.ts";
import { CountersignError, type ErrorCode } from "../shared/errors.ts";
import type { Terminal } from "./terminal.ts";

/** The sign-in of the service whose credentials stand in this file. Throws `configuration`. */
export async function asService(path: string): Promise<Pick<ClientOptions, "createSignIn" | "givenTokens">> {
  // Loaded here alone: whoever signs in themselves needs none of it.
  const [{ readServiceCredentials }, { createServiceSignIn }] = await Promise.all([
    import("../client/sign-in/service-credentials.ts"),
    import("../client/sign-in/service.ts"),
  ]);
  const credentials = await readServiceCredentials(path);
  return {
    createSignIn: async (provider, options) => createServiceSignIn(provider, credentials, options),
    givenTokens: credentials.kind === "token",
  };
}

/** What passes by itself: a machine that has just started may have no network yet, and the other side may be starting, too. */
const passing: ReadonlySet<ErrorCode> = new Set([
  "transient",
  "gateway_unreachable",
  "gateway_restarting",
  "network_down",
  "issuer_unreachable",
]);

/** Signs in, again and again where what stands in the way passes, until `ended`. Throws what doesn't pass. */
export async function signInPatiently(client: Client, terminal: Terminal, ended: AbortSignal): Promise<void> {
  for (let failures = 0; ; failures += 1) {
    const result = await client.call("session.signIn", {}, "cli");
    if (result.ok) return;
    const { code, message } = result.error;
    if (!passing.has(code)) throw new CountersignError(code, message);
    if (failures === 0) terminal.note(`${message} It is tried again by itself.`);
    await pause(shortestMs + backoffMs(failures), undefined, { signal: ended });
  }
}

const shortestMs = 1_000;
