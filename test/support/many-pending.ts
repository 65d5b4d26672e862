import { dirname, join } from "node:path";
import { loadKeys } from "../../src/gateway/keys.ts";
import { openStore } from "../../src/gateway/store/open-store.ts";
import { pendingApproval } from "./pending-approval.ts";
import type { TwoPeople } from "./two-people.ts";

/** Puts so many requests of the engineer's into the store of a gateway that stands still (`World.restart`), `apr_0` the first to expire. */
export async function putPending({ world, engineer }: TwoPeople, count: number): Promise<void> {
  const { session } = engineer.client.state();
  if (session.state !== "signed-in") throw new Error("nobody is signed in");
  const { account } = session;
  const keys = await loadKeys(join(dirname(world.data), "keys"));
  const store = await openStore({ folder: world.data, keys, origin: new URL(world.url).host, now: Date.now });
  await store.commit((writes) => {
    for (let n = 0; n < count; n += 1) writes.approvals.put(pendingApproval(n, account, Date.now()));
  });
  await store.close();
}
