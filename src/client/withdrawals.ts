import { z } from "zod";
import { approvalView, type ApprovalView } from "../shared/approval.ts";
import type { GatewayApi } from "./gateway.ts";

/** Ends one's own request; answers with how it stands. Throws the gateway's codes. */
export async function withdraw(api: GatewayApi, id: string): Promise<ApprovalView> {
  const path = `/v1/approvals/${encodeURIComponent(id)}/withdraw`;
  return (await api.post(path, {}, z.object({ approval: approvalView }))).approval;
}
