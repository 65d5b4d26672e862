import { waitsForReader } from "../shared/approval-steps.ts";
import { readProfile } from "../client/profile.ts";
import { claimText } from "./claim-text.ts";
import type { ConsoleState } from "../shared/console.ts";
import { waitsHere } from "../shared/device.ts";
import type { Profile } from "../shared/provider.ts";
import { command, positional } from "./command.ts";
import { ownerOf } from "./owner.ts";
import { signInNews } from "./session-text.ts";
import { heldFacts, trafficLines } from "./traffic-text.ts";
import { counted } from "./counted.ts";

const help = `Usage: countersign status [--profile DIR] [--json]

Shows which gateway the profile is pinned to, who is signed in, whether the gateway is reached and where the tunnel
is, what went through it since its process started, which of your calls are held, and the last errors with what to do
about them. A profile that no process owns has nobody signed in.`;

export const status = command(help, {}, async ({ positionals, profile, terminal }) => {
  positional(positionals, []);
  const pinned = await readProfile(profile);
  const owner = await ownerOf(profile);
  if (owner === null) {
    terminal.answer({ profile, gateway: pinned?.gateway ?? null, running: false }, idleLines(profile, pinned));
    return;
  }
  try {
    const state = await owner.ask("status", {});
    terminal.answer({ profile, running: true, ...summary(state) }, stateLines(profile, state));
  } finally {
    owner.close();
  }
});

function idleLines(profile: string, pinned: Profile | null): readonly string[] {
  if (pinned === null) return [`${profile} knows no gateway yet: countersign sign-in --gateway URL`];
  return [`Gateway  ${pinned.gateway}`, `Nobody is signed in: countersign connect --profile ${profile}`];
}

function summary({ gateway, session, signInAsked, tunnel, pause, approvals, clients, traffic }: ConsoleState) {
  const pending = approvals.filter((approval) => approval.state === "pending");
  return {
    gateway: gateway.origin,
    link: gateway.link,
    session,
    signInAsked,
    tunnel,
    pause,
    pending: {
      toDecide: pending.filter(waitsForReader).length,
      own: pending.filter((approval) => approval.relation === "requester").length,
    },
    clients: clients.length,
    traffic,
    held: heldFacts({ approvals, clients, session }),
    seen: clients.map(({ id, name, lastUsedAtMs, unverified, claimed }) => ({
      id,
      name,
      lastUsedAtMs,
      claimed: claimed ?? null,
      isVerified: unverified === undefined,
    })),
  };
}

/** Whether nobody has signed in: then no connection to the gateway is missing, either. */
const isNobodyYet = ({ session }: ConsoleState): boolean =>
  session.state === "signed-out" || session.state === "signing-in";

/** The one reason that nothing at this machine can heal, and that ends by itself. */
function whyOffline({ gateway }: ConsoleState): string {
  if (gateway.trouble?.kind !== "issuer") return "";
  return ": it does not reach your sign-in provider, and lets you in once it does";
}

function stateLines(profile: string, state: ConsoleState): readonly string[] {
  const { pending, clients, seen, link } = summary(state);
  return [
    `Profile  ${profile}`,
    `Gateway  ${state.gateway.origin} (${isNobodyYet(state) ? "connected once somebody signs in" : link}${whyOffline(state)})`,
    `Account  ${sessionText(state.session)}`,
    ...deviceLines(state),
    ...(state.signInAsked === null ? [] : [`Sign-in  ${signInNews(null, state.signInAsked) ?? ""}`]),
    `Secrets  ${secretsText(state.secrets)}`,
    `Tunnel   ${tunnelText(state.tunnel)}, ${counted(clients, "client")}`,
    ...seen.map(
      ({ name, isVerified, claimed }) =>
        `Client   ${name}${isVerified ? "" : " (stdio, unverified)"}: ${claimed === null ? "" : "says it is "}${claimText(claimed)}`,
    ),
    ...(state.pause === null ? [] : ["Paused   calls are refused until they are resumed in a console"]),
    `Pending  ${pending.toDecide} to decide, ${pending.own} of your own`,
    ...trafficLines(state),
  ];
}

/** Where the session and the device's key are, said plainly: what is in memory alone ends with the process. */
export function secretsText({ place, why }: ConsoleState["secrets"]): string {
  switch (place) {
    case "keychain":
      return "sealed by the OS keychain";
    case "keyring":
      return "sealed by a key in the OS keyring";
    case "environment":
      return "sealed by the key in COUNTERSIGN_VAULT_KEY";
    case "memory":
      return `in memory alone, until its process ends${why === null ? "" : `: ${why}`}`;
    default:
      return place satisfies never;
  }
}

function deviceLines({ devices }: ConsoleState): readonly string[] {
  const waits = waitsHere(devices);
  if (waits === undefined) return [];
  const id = devices.find(({ isThis }) => isThis)?.id ?? "ID";
  const who =
    waits === "device"
      ? "on an earlier device of yours, or by an administrator"
      : "by an administrator, as no other of yours decides";
  return [`Device   decides nothing until it is confirmed ${who}: countersign devices confirm ${id}`];
}

function sessionText(session: ConsoleState["session"]): string {
  switch (session.state) {
    case "signed-in":
      return `${session.account.name} (${session.account.id})`;
    case "needs-sign-in":
      return `${session.account.name} has to sign in again: ${session.error.message}`;
    case "signing-in":
      return session.url === null ? "signing in" : `signing in at ${session.url}`;
    case "signed-out":
      return session.error === null ? "signed out" : `signed out: ${session.error.message}`;
    default:
      return session satisfies never;
  }
}

function tunnelText(tunnel: ConsoleState["tunnel"]): string {
  switch (tunnel.state) {
    case "open":
      return tunnel.addresses.join(", ");
    case "closed":
      return "closed";
    case "failed":
      return `failed: ${tunnel.error.message}`;
    default:
      return tunnel satisfies never;
  }
}
