import { createServer } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { changesText, leastChanges } from "../../client/profiles/pin-changes.ts";
import { discover, readProfile, type Proposal } from "../../client/profile.ts";
import type { ConsoleState } from "../../shared/console.ts";
import type { Profile } from "../../shared/provider.ts";
import { ownerOf } from "../owner.ts";
import { clockFinding, doubt, failed, fine, wrong, type Finding } from "./finding.ts";
import { checkProvider } from "./provider.ts";

/** The engineer's side: profile, gateway, provider, session, tunnel. `ca`: PEM of one more authority. */
export async function checkProfile(directory: string, ca: string | undefined, now: () => number): Promise<Finding[]> {
  const profile = await readProfile(directory);
  if (profile === null) {
    return [wrong("profile", `${directory} knows no gateway`, "countersign sign-in --gateway URL makes the profile.")];
  }
  const { provider, audience } = profile;
  return [
    fine("profile", `Pinned to ${profile.gateway}`),
    ...(await checkGateway(profile, ca, now)),
    ...(await checkProvider("provider", { provider, audience, ca }, now)),
    ...(provider.kind === "okta" ? [await portsFinding(provider.redirectPorts)] : []),
    ...(await checkOwner(directory)),
  ];
}

async function checkGateway(profile: Profile, ca: string | undefined, now: () => number): Promise<Finding[]> {
  try {
    const proposal = await discover(profile.gateway, ca === undefined ? {} : { ca });
    return [
      fine("gateway", `${profile.gateway} answers`),
      clockFinding("gateway.clock", "the gateway's", proposal.discovery.nowMs - now(), 30_000),
      pinFinding(profile, proposal),
    ];
  } catch (error) {
    return [failed("gateway", error, "See that this machine reaches it (VPN, proxy), or ask who runs it.")];
  }
}

/** A pin never changes by itself (rule 2): what differs is told, and who runs the gateway is asked. */
function pinFinding(profile: Profile, { profiles }: Proposal): Finding {
  const cure = "Ask who runs the gateway why; only removing the profile and adding the gateway again takes the change.";
  if (profiles.some(({ ledgerKey }) => ledgerKey !== profile.ledgerKey))
    return wrong("gateway.pin", "It shows another ledger key than the pinned one", cure);
  const changes = leastChanges(profile, profiles);
  if (changes === null) return wrong("gateway.pin", "It offers no way to sign in any more", cure);
  if (changes.length > 0) return wrong("gateway.pin", `It names ${changesText(changes)}, and gets no token`, cure);
  const same = profiles.some((offered) => isDeepStrictEqual(offered, profile));
  return same
    ? fine("gateway.pin", "It offers the sign-in that is pinned")
    : doubt("gateway.pin", "It no longer offers the sign-in exactly as pinned", cure);
}

/** Okta takes the registered ports alone. One that our own sign-in holds just now counts as taken, too. */
async function portsFinding(ports: readonly number[]): Promise<Finding> {
  const free = await Promise.all(ports.map(async (port) => ({ port, isFree: await isFree(port) })));
  const taken = free.filter((each) => !each.isFree).map(({ port }) => port);
  const what = `${ports.length - taken.length} of the ${ports.length} sign-in ports are free`;
  if (taken.length === 0) return fine("provider.ports", what);
  const cure = `Other programs hold ${taken.join(", ")}; with none free nobody can sign in here. Register another port if that stays.`;
  return taken.length === ports.length ? wrong("provider.ports", what, cure) : doubt("provider.ports", what, cure);
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

async function checkOwner(directory: string): Promise<Finding[]> {
  const owner = await ownerOf(directory);
  if (owner === null)
    return [
      doubt("owner", "No process owns the profile, so nobody is signed in", "countersign connect, or the tray app."),
    ];
  try {
    const state = await owner.ask("status", {});
    return [fine("owner", "A process owns the profile"), ...sessionFindings(state), tunnelFinding(state)];
  } catch (error) {
    return [failed("owner", error, "End the process that owns the profile, and start it again.")];
  } finally {
    owner.close();
  }
}

function sessionFindings({ session }: ConsoleState): readonly Finding[] {
  const again = "countersign sign-in";
  switch (session.state) {
    case "signed-in": {
      const { account } = session;
      const groups = account.groups.length;
      return [
        fine("session", `Signed in as ${account.name} (${account.id})`),
        groups > 0
          ? fine("session.groups", `The gateway sees ${groups} of your groups`)
          : doubt(
              "session.groups",
              "The gateway sees none of your groups, so no rule for a group applies to you",
              "Let the provider put groups into access tokens (docs/entra.md, docs/okta.md), and see groupsClaim.",
            ),
        ...(session.ends === undefined
          ? []
          : [doubt("session.end", `It ends at ${new Date(session.ends.atMs).toISOString()}`, again)]),
      ];
    }
    case "needs-sign-in":
      return [wrong("session", session.error.message, again)];
    case "signing-in":
      return [doubt("session", "A sign-in is under way", "Finish it in the browser.")];
    case "signed-out":
      return [doubt("session", session.error?.message ?? "Nobody is signed in", again)];
    default:
      return session satisfies never;
  }
}

function tunnelFinding({ tunnel }: ConsoleState): Finding {
  switch (tunnel.state) {
    case "open":
      return fine("tunnel", `Open at ${tunnel.addresses.join(", ")}`);
    case "closed":
      return doubt("tunnel", "The tunnel is closed", "countersign connect opens it.");
    case "failed":
      return wrong(
        "tunnel",
        tunnel.error.message,
        "End what holds the port, or choose another: countersign connect --port.",
      );
    default:
      return tunnel satisfies never;
  }
}
