import type { ApprovalView } from "./approval.ts";
import type { ClientView, ConsoleState } from "./console.ts";

/** What a held call waits for: a decision, its client's coming back, or its own end. */
type HeldState = "waits" | "approved" | "running";

/** One's own call that is held, with its client: that of this profile through which it came, as far as it is known. */
export interface HeldCall {
  readonly approval: ApprovalView;
  readonly state: HeldState;
  readonly client: ClientView | null;
}

/** One's own held calls, in the order of the approvals. */
export function heldCalls({
  approvals,
  clients,
  session,
}: Pick<ConsoleState, "approvals" | "clients" | "session">): readonly HeldCall[] {
  const device = session.state === "signed-in" ? session.device : null;
  return approvals.flatMap((approval) => {
    const state = approval.relation === "requester" ? heldStates[approval.state] : undefined;
    if (state === undefined) return [];
    // Another machine of the same person may have a client of the same name.
    const isElsewhere = device !== null && approval.device !== null && approval.device !== device;
    const client = isElsewhere ? undefined : clients.find((each) => viaOf(each) === approval.via);
    return [{ approval, state, client: client ?? null }];
  });
}

/** As the tunnel names a client of its own to the gateway, whose records say with it what the name is worth. */
export function viaOf({ name, unverified }: Pick<ClientView, "name" | "unverified">): string {
  return unverified === true ? `${name} (stdio, unverified)` : name;
}

const heldStates: Readonly<Partial<Record<ApprovalView["state"], HeldState>>> = {
  pending: "waits",
  approved: "approved",
  claimed: "running",
};
