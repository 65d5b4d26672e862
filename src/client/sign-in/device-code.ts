import { setTimeout as pause } from "node:timers/promises";
import * as client from "openid-client";
import { CountersignError } from "../../shared/errors.ts";
import type { DeviceCode, Tools } from "./adapter.ts";
import { isSignInFault, refusalFault } from "./faults.ts";
import { readConfiguration } from "./openid-configuration.ts";
import type { Challenge, Tokens } from "./sign-in.ts";

export type DeviceAnswer = Awaited<ReturnType<typeof client.pollDeviceAuthorizationGrant>>;

interface CodeRequest {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  readonly resource?: string | undefined;
}

/**
 * The device authorization grant (RFC 8628), for all providers alike: MSAL's own fails at `slow_down` and at a lost connection, okta-auth-js has
 * none. `adopt` gives what came to the adapter's library and stores it.
 */
export async function startDeviceCode(
  request: CodeRequest,
  tools: Tools,
  challenge: Challenge | null,
  adopt: (answer: DeviceAnswer) => Promise<Tokens>,
): Promise<DeviceCode> {
  const config = await readConfiguration(request.issuer, request.clientId, tools);
  if (config.serverMetadata().device_authorization_endpoint === undefined) {
    throw new CountersignError("misconfigured", "This sign-in provider offers no device code. Sign in with a browser.");
  }
  const resource = request.resource === undefined ? {} : { resource: request.resource };
  const given = await client.initiateDeviceAuthorization(config, {
    scope: request.scope,
    ...(challenge?.acrValues === undefined ? {} : { acr_values: challenge.acrValues }),
    ...(challenge?.claims === undefined ? {} : { claims: challenge.claims }),
    ...resource,
  });
  let answer: DeviceAnswer | null = null;
  const intervalMs = (given.interval ?? 5) * 1000;
  return {
    userCode: given.user_code,
    url: given.verification_uri_complete ?? given.verification_uri,
    expiresInMs: given.expires_in * 1000,
    async wait(signal) {
      while (answer === null) answer = await poll(config, given, resource, { signal, intervalMs, tools });
    },
    async redeem() {
      if (answer === null) throw new Error("nobody has finished this sign-in yet");
      return await adopt(answer);
    },
  };
}

interface Polling {
  readonly signal: AbortSignal;
  readonly intervalMs: number;
  readonly tools: Tools;
}

/** Null: the connection was lost, and asking goes on (RFC 8628, section 3.5). */
async function poll(
  config: client.Configuration,
  given: client.DeviceAuthorizationResponse,
  resource: Readonly<Record<string, string>>,
  { signal, intervalMs, tools }: Polling,
): Promise<DeviceAnswer | null> {
  try {
    return await client.pollDeviceAuthorizationGrant(config, given, resource, { signal });
  } catch (error) {
    signal.throwIfAborted();
    const fault = tools.transport.takeFault() ?? (isSignInFault(error) ? error : null);
    if (fault?.code === "transient") {
      await pause(intervalMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      return null;
    }
    throw fault ?? refusalFault(codeOf(error), error);
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof client.ResponseBodyError ? error.error : null;
}
