import { whereNumberIs } from "../approvals/number.ts";
import { awaited } from "../approvals/steps.ts";
import type { ApprovalRecord } from "../store/store.ts";
import type { Exchange } from "./context.ts";
import { progressTokenOf } from "./ladder.ts";
import type { Request } from "./record.ts";

const everyMs = 15_000;

/** Tells the waiting client that its call is held: rising progress where it gave a token, comments otherwise (facts: the hold ladder). */
export function showWaiting(
  { reply, gate }: Exchange,
  request: Request,
): { start(approval: ApprovalRecord): void; stop(): void } {
  const token = progressTokenOf(request);
  let progress = 0;
  let timer: NodeJS.Timeout | undefined;
  const tell = (opened: ApprovalRecord): void => {
    if (token === undefined) return reply.comment();
    progress += 1;
    // Other steps may have opened meanwhile.
    const approval = gate.store.approvals.get(opened.id) ?? opened;
    const message = `Waiting for approval by ${awaited(approval)}: request ${approval.id}, denied at ${new Date(approval.expiresAtMs).toISOString()} unless decided.${whereNumberIs(approval)}`;
    reply
      .message({
        message: {
          jsonrpc: "2.0",
          method: "notifications/progress",
          params: { progressToken: token, progress, message },
        },
      })
      .catch(() => undefined);
  };
  return {
    start: (approval) => {
      tell(approval);
      timer = setInterval(() => tell(approval), everyMs);
    },
    stop: () => clearInterval(timer),
  };
}
