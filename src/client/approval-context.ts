import { approvalContext, type ApprovalContext } from "../shared/approval-context.ts";
import { CountersignError } from "../shared/errors.ts";
import type { GatewayApi } from "./gateway.ts";

/** What else the gateway knows about a held call. Throws its codes, `not_found` for what this person may not see. */
export async function contextOf(api: GatewayApi, id: string): Promise<ApprovalContext> {
  const context = await api.get(`/v1/approvals/${encodeURIComponent(id)}/context`, approvalContext);
  if (context.id === id) return context;
  throw new CountersignError("digest_mismatch", "The gateway answered for another request than was asked about.");
}
