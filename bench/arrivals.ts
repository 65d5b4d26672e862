import type { TwoPeople } from "../test/support/two-people.ts";

/** Between one request and the next. */
const everyMs = 100;

/** Does this while requests arrive and every second one is denied from another device, each through the gateway: an inbox that changes all the time. */
export async function whileOthersAsk<T>(people: TwoPeople, act: () => Promise<T>): Promise<T> {
  const { approver, world } = people;
  const elsewhere = await world.decider("approver");
  const denied = new Set<string>();
  let asked = 0;
  const timer = setInterval(() => {
    asked += 1;
    void people.call("customers", "update_customer", { id: `cus_${asked}`, changes: { phone: String(asked) } });
    if (asked % 2 === 0) return;
    const waiting = approver.client
      .state()
      .approvals.find(({ id, state, tool }) => state === "pending" && tool === "update_customer" && !denied.has(id));
    if (waiting === undefined) return;
    denied.add(waiting.id);
    // One that ended by itself meanwhile is refused, which is as good.
    void elsewhere.decide(waiting, { verdict: "deny" }).catch(() => undefined);
  }, everyMs);
  try {
    return await act();
  } finally {
    clearInterval(timer);
  }
}
