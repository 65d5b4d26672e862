import { setTimeout as delay } from "node:timers/promises";
import { CountersignError } from "../shared/errors.ts";
import {
  erasureView,
  hold,
  holdLift,
  holds,
  type ErasureView,
  type ErasureWish,
  type Hold,
  type HoldLift,
  type HoldWish,
} from "../shared/retention.ts";
import type { GatewayApi } from "./gateway.ts";

/** What an administrator does about what the ledger keeps, at the profile's gateway. Each throws the gateway's codes. */
export interface GatewayRetention {
  holds(): Promise<readonly Hold[]>;
  place(wish: HoldWish): Promise<Hold>;
  lift(lift: HoldLift): Promise<void>;
  /** Answers once all is erased. Throws `internal` where the gateway could not go on. */
  erase(wish: ErasureWish): Promise<ErasureView>;
}

/** How often it is asked whether an erasure is done. */
const lookMs = 500;

export function gatewayRetention(api: GatewayApi): GatewayRetention {
  return {
    holds: async () => (await api.get("/v1/holds", holds)).holds,
    place: (wish) => api.post("/v1/holds", wish, hold),
    lift: async (lift) => void (await api.post("/v1/holds/lift", lift, holdLift)),
    async erase(wish) {
      let erasure = await api.post("/v1/erasures", wish, erasureView);
      while (erasure.state === "running") {
        await delay(lookMs);
        erasure = await api.get(`/v1/erasures/${erasure.id}`, erasureView);
      }
      if (erasure.state === "done") return erasure;
      const message = `The gateway did not get to the end: ${erasure.erased} entries are erased. Its log says why; then erase again.`;
      throw new CountersignError("internal", message);
    },
  };
}
