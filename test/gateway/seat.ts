import type { ApprovalView, DecisionPayload } from "../../src/shared/approval.ts";
import { openStep } from "../../src/shared/approval-steps.ts";
import type { DeviceView } from "../../src/shared/device.ts";
import { approving } from "../support/device.ts";
import { install, type Installation, type OpenSession } from "../support/gateway-session.ts";

/** What a request at the gateway's API was answered with: its code, null where it was done. */
export interface Answered {
  readonly status: number;
  readonly code: string | null;
  readonly body: Record<string, unknown>;
}

/** A person before a device of theirs, in a session of that device. */
export interface Seat {
  readonly id: string;
  readonly token: string;
  readonly installation: Installation;
  readonly session: OpenSession;
  /** In the session; `bearer` by the provider's own token instead. */
  ask(path: string, body?: object, by?: "session" | "bearer"): Promise<Answered>;
  devices(): Promise<readonly DeviceView[]>;
  decide(approval: ApprovalView, change?: Partial<DecisionPayload>): Promise<Answered>;
  pending(): Promise<readonly ApprovalView[]>;
}

/** Enrols a new device of the token's person and begins a session. */
export async function takeSeat(url: string, token: string, now: () => number = Date.now): Promise<Seat> {
  const installation = await install(url, token, now);
  const session = await installation.begin();
  const ask: Seat["ask"] = async (path, body, by = "session") => {
    const method = body === undefined ? "GET" : "POST";
    const headers = by === "session" ? session.headers(method, path) : { authorization: `Bearer ${token}` };
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...headers, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    const said = (await answer.json()) as Record<string, unknown> & { error?: { code?: string } };
    return { status: answer.status, code: said.error?.code ?? null, body: said };
  };
  return {
    id: installation.device.idFor("me") ?? "",
    token,
    installation,
    session,
    ask,
    devices: async () => (await ask("/v1/devices")).body["devices"] as readonly DeviceView[],
    async decide(approval, change = {}) {
      const payload = { ...(await approving(url, approval, now)), step: openStep(approval), ...change };
      const decision = await installation.device.sign(payload);
      return ask(`/v1/approvals/${approval.id}/decision`, { decision });
    },
    pending: async () => (await ask("/v1/approvals?state=pending")).body["approvals"] as readonly ApprovalView[],
  };
}
