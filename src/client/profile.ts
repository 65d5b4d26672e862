import { join } from "node:path";
import { CountersignError } from "../shared/errors.ts";
import { discovery, profile as profileShape, type Discovery, type Profile } from "../shared/provider.ts";
import { verifierName } from "../shared/note.ts";
import { privateDirectory } from "./private-directory.ts";
import { readJson, writePrivate } from "./private-file.ts";
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

/** Pins a confirmed profile. An origin that is already pinned to another gateway is never changed: that takes another folder. */
export async function writeProfile(directory: string, confirmed: Profile): Promise<void> {
  await privateDirectory(directory);
  const pinned = await readProfile(directory);
  if (pinned !== null && gatewayOrigin(pinned.gateway) !== gatewayOrigin(confirmed.gateway)) {
    const message = `${directory} is pinned to ${pinned.gateway}: use another profile folder for ${confirmed.gateway}.`;
    throw new CountersignError("configuration", message);
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
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null) throw new CountersignError("misconfigured", `${JSON.stringify(address)} is not a gateway address.`);
  const loopback = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback))
    throw new CountersignError("misconfigured", `${url.origin}: a gateway is reached over https, or http on loopback.`);
  if (url.username !== "" || url.password !== "" || url.pathname !== "/" || url.search !== "" || url.hash !== "")
    throw new CountersignError("misconfigured", `A gateway address is an origin alone: ${url.origin}.`);
  return url.origin;
}

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
      throw new CountersignError("misconfigured", `${origin} is no Countersign gateway (HTTP ${answer.statusCode}).`);
    }
    return discovery.parse(await answer.body.json());
  } catch (cause) {
    if (cause instanceof CountersignError) throw cause;
    const message = `${origin} did not answer as a Countersign gateway: check the address and the network.`;
    throw new CountersignError("gateway_unreachable", message, { cause });
  } finally {
    await dispatcher.destroy();
  }
}
