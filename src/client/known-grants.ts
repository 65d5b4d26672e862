import type { GrantView } from "../shared/grant.ts";
import type { GatewayApi } from "./gateway.ts";
import { listGrants } from "./grants.ts";

/** Fetches the grants that this person may see, each time the gateway says that something about them changed. */
export interface KnownGrants {
  /** Asks anew; while an answer is on its way, once more after it. */
  refresh(): void;
  /** Lets go of an answer that is on its way: it belongs to whoever was signed in. */
  forget(): void;
}

/** So many that ended are kept beside those that live. */
const mostEnded = 50;

export function createKnownGrants(
  api: Pick<GatewayApi, "get">,
  onGrants: (grants: readonly GrantView[]) => void,
): KnownGrants {
  let asking: symbol | null = null;
  let isStale = false;
  async function ask(): Promise<void> {
    const mine = Symbol("asking");
    asking = mine;
    do {
      isStale = false;
      // A failure leaves the last list; the link says that it is offline, and asks again when it is back.
      const found = await listGrants(api).catch(() => null);
      if (asking !== mine) return;
      if (found !== null) onGrants(worthShowing(found));
    } while (isStale);
    asking = null;
  }
  return {
    refresh() {
      if (asking === null) void ask();
      else isStale = true;
    },
    forget() {
      asking = null;
    },
  };
}

function worthShowing(found: readonly GrantView[]): readonly GrantView[] {
  let ended = 0;
  return found.filter(({ state }) => state === "live" || (ended += 1) <= mostEnded);
}
