import { approvalState } from "../shared/approval.ts";
import { CountersignError } from "../shared/errors.ts";
import type { ApiVisit } from "./api.ts";
import { readEach, standing } from "./approvals/backlog.ts";
import { sendPart } from "./mcp/send-parts.ts";

/** So many characters are written at once; one approval may have more. */
const partLength = 64 * 1024;

/** `GET /v1/approvals`: read and written piece by piece, so that no answer is in memory as a whole. Throws CountersignError `bad_request`. */
export async function listApprovals({ site, request, response, principal }: ApiVisit): Promise<void> {
  const asked = new URL(request.url ?? "/", "http://gateway").searchParams.get("state");
  const state = asked === null ? null : approvalState.safeParse(asked);
  if (state !== null && !state.success)
    throw new CountersignError("bad_request", `There is no state “${(asked ?? "").slice(0, 40)}”.`);
  const { approvals } = site.gate.store;
  const { ids } = standing(approvals, state?.data ?? null);
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
  let part = '{"approvals":[';
  let first = true;
  for await (const record of readEach(approvals, ids)) {
    if (response.destroyed) return;
    const view = site.gate.approvals.seenBy(principal, record);
    // It may have changed since it was found.
    if (view === null || view.relation === "observer" || (state !== null && view.state !== state.data)) continue;
    part += `${first ? "" : ","}${JSON.stringify(view)}`;
    first = false;
    if (part.length < partLength) continue;
    await sendPart(response, part);
    part = "";
  }
  response.end(`${part}]}`);
}
