import { dialog } from "electron";
import type { Client } from "../client/index.ts";
import type { ApprovalView, Verdict } from "../shared/approval.ts";
import { openStep } from "../shared/approval-steps.ts";
import { isTooLate, toFailure } from "../shared/errors.ts";
import { digest } from "../shared/json.ts";
import { report } from "./report.ts";

interface DecidingParts {
  readonly client: Pick<Client, "call">;
  readonly open: (approval: string) => void;
}

/**
 * Decides as the person clicked in a notification, over the payload that it showed. The presence is signed with it, and the gateway
 * takes it only under a `quick` rule. What is refused opens the request and says why; where another was faster, the request itself says who
 * and how, and nothing went wrong.
 */
export async function decideFromNotification(
  { client, open }: DecidingParts,
  shown: ApprovalView,
  verdict: Verdict,
): Promise<void> {
  const { id, payload } = shown;
  try {
    const covered = await digest({ arguments: payload.arguments, hidden: payload.hidden });
    const decision = { id, step: openStep(shown), verdict, reason: "", digest: covered };
    const result = await client.call("approvals.decide", decision, "notification");
    if (result.ok) return;
    if (isTooLate(result.error.code)) open(id);
    else refused(result.error.message);
  } catch (error) {
    report("A decision from a notification failed", error);
    refused(toFailure(error).message);
  }

  function refused(message: string): void {
    open(id);
    dialog.showErrorBox(verdict === "approve" ? "Not approved" : "Not denied", message);
  }
}
