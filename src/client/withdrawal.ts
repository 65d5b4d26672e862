import { z } from "zod";
import { approvalView, type ApprovalView } from "../shared/approval.ts";
import type { GatewayApi } from "./gateway.ts";
import type { GatewayLink } from "./gateway-link.ts";

/** Ends a request of one's own that has not begun to run; answers with how it stands. Throws the gateway's codes. */
export async function withdraw(api: GatewayApi, link: GatewayLink, id: string): Promise<ApprovalView> {
  const path = `/v1/approvals/${encodeURIComponent(id)}/withdraw`;
  const { approval } = await api.post(path, {}, z.object({ approval: approvalView }));
  if (link.held.fits(approval) && link.held.take(approval)) link.showApprovals();
  return approval;
}
