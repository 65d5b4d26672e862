import { isIPv6 } from "node:net";
import type { ErrorCode } from "../../shared/errors.ts";
import type { Store } from "../store/store.ts";

/** A request that was refused before it could be judged, `address` being where it came from. */
export interface Refusal {
  readonly kind: "auth.refused" | "request.refused";
  readonly code: ErrorCode;
  readonly path: string;
  readonly address: string;
  readonly principal?: string;
  /** The session whose token it came with, and that session's device. */
  readonly session?: string;
  readonly device?: string;
}

const minuteMs = 60_000;
/** Refusals of one party that are recorded one by one in a minute; the rest of that minute is one entry with their number. */
const mostEach = 20;
/** Parties of a kind that are told apart; those above count as one. */
const mostParties = 1000;

/**
 * Whose refusals are counted together: a session's or a principal's that is known, else those of a network. Whoever sends much without either
 * can't so hide what is done with a copied token.
 */
type Party = "session" | "principal" | "address";

interface Minute {
  recorded: number;
  more: number;
}

/** Records refusals so that nobody who is refused can make the ledger grow at will. Numbers not yet written are lost in a crash. */
export class Refusals {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #parties: Readonly<Record<Party, Map<string, Minute>>> = {
    session: new Map(),
    principal: new Map(),
    address: new Map(),
  };
  #sinceMs: number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
    this.#sinceMs = now();
  }

  /** Resolves once the refusal is durable (true) or counted (false). Throws CountersignError `store_failed`. */
  async record({ kind, ...refusal }: Refusal): Promise<boolean> {
    const minute = this.#minuteOf(refusal);
    if (minute.recorded >= mostEach) {
      minute.more += 1;
      return false;
    }
    minute.recorded += 1;
    const entry = { ...refusal, path: refusal.path.slice(0, 200) };
    await this.#store.commit((writes) => writes.append(kind, entry));
    return true;
  }

  /** Writes down what was only counted, once its minute is over, or at once where `ending`. */
  async sweep(ending: "ending" | "going on" = "going on"): Promise<void> {
    if (ending === "going on" && Math.abs(this.#now() - this.#sinceMs) < minuteMs) return;
    const sinceMs = this.#sinceMs;
    const counted = (["session", "principal", "address"] as const).flatMap((party) =>
      [...this.#parties[party]].flatMap(([name, { more }]) => (more > 0 ? [{ [party]: name, more, sinceMs }] : [])),
    );
    for (const minutes of Object.values(this.#parties)) minutes.clear();
    this.#sinceMs = this.#now();
    if (counted.length === 0) return;
    await this.#store.commit((writes) => {
      for (const entry of counted) writes.append("auth.refused", entry);
    });
  }

  #minuteOf({ session, principal, address }: Pick<Refusal, Party>): Minute {
    const party = session !== undefined ? "session" : principal !== undefined ? "principal" : "address";
    const own = session ?? principal ?? networkOf(address);
    const minutes = this.#parties[party];
    const name = minutes.has(own) || minutes.size < mostParties ? own : "others";
    const minute = minutes.get(name) ?? { recorded: 0, more: 0 };
    minutes.set(name, minute);
    return minute;
  }
}

/** One subscriber has a whole /64 of IPv6 (RFC 6177), so that is what counts as an address. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith("::")) return address;
  const [head = ""] = address.split("%");
  const [before = "", after] = head.split("::");
  const groups = before.split(":");
  const missing = after === undefined ? 0 : 8 - groups.length - after.split(":").length;
  return `${[...groups, ...Array<string>(Math.max(0, missing)).fill("0"), ...(after ?? "").split(":")].slice(0, 4).join(":")}::/64`;
}
