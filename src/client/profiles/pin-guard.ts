import { CountersignError } from "../../shared/errors.ts";
import type { Profile } from "../../shared/provider.ts";
import type { TokenSource } from "../gateway.ts";
import { discover, type Proposal } from "../profile.ts";
import { changesText, leastChanges } from "./pin-changes.ts";

/** Stands before every token that leaves for the gateway: nothing goes to one that names another provider, tenant, client or audience than was confirmed. */
export interface PinGuard {
  /** Throws `pin_changed`. A gateway that can't be asked changes nothing. */
  check(): Promise<void>;
  /** The same source, whose tokens are looked at before they are given out. Throws `pin_changed` and `wrong_audience` besides its own codes. */
  over(token: TokenSource): TokenSource;
}

interface GuardOptions {
  readonly profile: Profile;
  readonly ca: string | undefined;
  readonly now: () => number;
  /** Whether a token's audience is looked at; not where somebody gave the token for this gateway. */
  readonly anyAudience: boolean;
  /** The pin was found changed, while nobody waits for the answer perhaps. */
  readonly onChanged: (error: CountersignError) => void;
  readonly ask?: () => Promise<Proposal>;
}

export function createPinGuard({
  profile,
  ca,
  now,
  anyAudience,
  onChanged,
  ask = () => discover(profile.gateway, trustOf(ca)),
}: GuardOptions): PinGuard {
  const known: { atMs: number; changed: CountersignError | null } = { atMs: -Infinity, changed: null };
  let asking: Promise<void> | null = null;

  async function look(): Promise<void> {
    const proposal = await ask().catch(() => null);
    known.atMs = now();
    if (proposal === null) return;
    const changed = faultOf(profile, proposal.profiles);
    if (changed !== null && known.changed === null) onChanged(changed);
    known.changed = changed;
  }

  async function check(): Promise<void> {
    const isFirst = known.atMs === -Infinity;
    // A pin that was found changed may have been put right since.
    const isDue = known.changed !== null || Math.abs(now() - known.atMs) >= lookEveryMs;
    const looking = isDue ? (asking ??= look().finally(() => (asking = null))) : null;
    // Later looks keep no call waiting.
    if (isFirst || known.changed !== null) await looking;
    if (known.changed !== null) throw known.changed;
  }

  return {
    check,
    over: (token) => async (wanted) => {
      await check();
      const tokens = await token(wanted);
      if (!anyAudience) refuseOtherAudience(tokens.accessToken, profile.audience);
      return tokens;
    },
  };
}

const lookEveryMs = 60_000;
/** Who runs the gateway keeps its own ledger key; what its checkpoints show against the pinned one is told elsewhere (checkpoint.ts). */
const ofSignIn: ReadonlySet<string> = new Set(["gateway", "provider", "tenant", "client", "audience", "resource"]);

function faultOf(profile: Profile, offered: readonly Profile[]): CountersignError | null {
  const changes = leastChanges(profile, offered)?.filter(({ what }) => ofSignIn.has(what));
  if (changes?.length === 0) return null;
  const now = changes === undefined ? "no way to sign in" : changesText(changes);
  const message = `${profile.gateway} names ${now}. No token goes there. Ask who runs it; only removing the gateway and adding it again takes the change.`;
  return new CountersignError("pin_changed", message);
}

/**
 * A discovery can name one audience and a scope that yields another's tokens: what counts is what the token says. One that is no JWT
 * says nothing, and the gateway, which takes JWTs alone, refuses it.
 */
function refuseOtherAudience(token: string, audience: string): void {
  const found = audienceOf(token);
  if (found === null || found.includes(audience)) return;
  const message = `The sign-in provider made the token for ${JSON.stringify(found.join(", "))}, not for ${JSON.stringify(audience)} as confirmed: it is not sent.`;
  throw new CountersignError("wrong_audience", message);
}

function audienceOf(token: string): readonly string[] | null {
  const [, body, signature] = token.split(".");
  if (body === undefined || signature === undefined) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
    const aud = typeof claims === "object" && claims !== null && "aud" in claims ? claims.aud : null;
    if (Array.isArray(aud)) return aud.map(String);
    return typeof aud === "string" ? [aud] : [];
  } catch {
    return null;
  }
}

function trustOf(ca: string | undefined): { readonly ca?: string } {
  return ca === undefined ? {} : { ca };
}
