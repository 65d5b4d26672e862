import { join } from "node:path";
import { CountersignError } from "../shared/errors.ts";
import { discovery, profile as profileShape, type Discovery, type Profile } from "../shared/provider.ts";
import { verifierName } from "../shared/note.ts";
import { readGatewayAddress, type AddressFault } from "../shared/gateway-address.ts";
import { privateDirectory } from "./private-directory.ts";
import { troubleOf } from "./link-trouble.ts";
import { readJson, writePrivate } from "./private-file.ts";
import { changesText, pinChanges } from "./profiles/pin-changes.ts";
import { connections } from "./upstream/dispatcher.ts";

/** What a gateway says of itself: a proposal for `profile.json`, which a person confirms (rule 2). One profile for each way to sign in. */
export interface Proposal {
  readonly discovery: Discovery;
  readonly profiles: readonly Profile[];
}

/** The profile pinned in this folder, or null where nobody has confirmed one. Throws `configuration` on a damaged file. */
export async function readProfile(directory: string): Promise<Profile | null> {
  const found = await readJson(join(directory, file), profileShape);
  if (found !== null) gatewayOrigin(found.gateway);
  return found;
}

/**
 * Pins a confirmed profile. What a pin holds never changes in place: that takes removing it and adding the gateway again. Throws
 * `pin_changed`.
 */
export async function writeProfile(directory: string, confirmed: Profile): Promise<void> {
  await privateDirectory(directory);
  const pinned = await readProfile(directory);
  const changes = pinned === null ? [] : pinChanges(pinned, confirmed);
  if (pinned !== null && changes.length > 0) {
    const message = `${directory} is pinned to ${pinned.gateway} and stays so; this names ${changesText(changes)}. Another gateway: countersign profiles add URL. The same one: remove its profile first, once you know why it changed.`;
    throw new CountersignError("pin_changed", message);
  }
  await writePrivate(join(directory, file), `${JSON.stringify(profileShape.parse(confirmed), null, 2)}\n`);
}

/** Asks a gateway how to sign in (`GET /.well-known/countersign`). `ca`: PEM of one more authority to trust. */
export async function discover(origin: string, options: { readonly ca?: string } = {}): Promise<Proposal> {
  const asked = gatewayOrigin(origin);
  const found = await fetchDiscovery(asked, options.ca);
  // A gateway speaks for its own origin alone: otherwise one address could pin tokens to another.
  if (gatewayOrigin(found.gateway) !== asked) {
    const message = `${asked} calls itself ${JSON.stringify(found.gateway)}: ask for it under that address.`;
    throw new CountersignError("misconfigured", message);
  }
  if (verifierName(found.ledgerKey) === null)
    throw new CountersignError("misconfigured", `${asked} shows no ledger key: nothing it records could be verified.`);
  return {
    discovery: found,
    profiles: found.signIn.map((way) => ({ v: 1, gateway: asked, ledgerKey: found.ledgerKey, ...way })),
  };
}

/** The origin of a gateway's address: https, or http on loopback, and nothing after it. Throws `misconfigured`. */
export function gatewayOrigin(address: string): string {
  const read = readGatewayAddress(address);
  if (!read.ok) throw new CountersignError("misconfigured", `${JSON.stringify(address)}: ${addressFaults[read.why]}`);
  // Whoever writes an address into a file or a command writes it whole.
  if (!/^https?:\/\//i.test(address))
    throw new CountersignError(
      "misconfigured",
      `${JSON.stringify(address)} is not a gateway address: write ${read.origin}.`,
    );
  return read.origin;
}

/** What is wrong with an address, for whoever typed it. */
export function addressFault(why: AddressFault): string {
  return addressFaults[why];
}

const addressFaults: Readonly<Record<AddressFault, string>> = {
  empty: "A gateway address is missing.",
  unreadable: "This is not a gateway address.",
  "not-https": "A gateway is reached over https, or http on loopback.",
  "user-info": "A gateway address has no user name or password.",
  "more-than-origin": "A gateway address is an origin alone, without a path.",
  "trailing-dot": "A gateway address does not end in a dot.",
  "odd-characters": "This has characters that no gateway address has.",
};

const file = "profile.json";
const discoveryTimeoutMs = 15_000;

async function fetchDiscovery(origin: string, ca: string | undefined): Promise<Discovery> {
  const { dispatcher } = connections(origin, ca);
  try {
    const answer = await dispatcher.request({
      origin,
      path: "/.well-known/countersign",
      method: "GET",
      signal: AbortSignal.timeout(discoveryTimeoutMs),
    });
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      throw new CountersignError("misconfigured", noGateway(origin, `HTTP ${answer.statusCode}`));
    }
    const said = discovery.safeParse(parsed(await answer.body.text()));
    if (said.success) return said.data;
    throw new CountersignError("misconfigured", noGateway(origin, "another answer"), { cause: said.error });
  } catch (cause) {
    throw cause instanceof CountersignError ? cause : discoveryFault(origin, cause);
  } finally {
    await dispatcher.destroy();
  }
}

function noGateway(origin: string, detail: string): string {
  return `${origin} is no Countersign gateway (${detail}): check the address.`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Each with what to do: this is read by whoever types an address for the first time. */
function discoveryFault(origin: string, cause: unknown): CountersignError {
  if (cause instanceof Error && cause.name === "TimeoutError")
    return new CountersignError("timed_out", `${origin} did not answer in ${discoveryTimeoutMs / 1000} s.`, { cause });
  const { kind, detail } = troubleOf(cause);
  if (kind === "certificate")
    return new CountersignError("gateway_untrusted", `${origin} shows a certificate that is not trusted (${detail}).`, {
      cause,
    });
  const why = kind === "name" ? "no address is known for that name" : `it did not answer (${detail})`;
  const message = `${origin} did not answer as a Countersign gateway, ${why}: check the address and the network.`;
  return new CountersignError("gateway_unreachable", message, { cause });
}
