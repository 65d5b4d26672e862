import { z } from "zod";
import { deviceView, enrolled, revocation, type DeviceView, type Revocation } from "../shared/device.ts";
import type { GatewayApi } from "./gateway.ts";

/** What an administrator does about who is let in, at the profile's gateway. Each throws the gateway's codes. */
export interface GatewayAccess {
  /** The devices of a principal, by its id. */
  devicesOf(principal: string): Promise<readonly DeviceView[]>;
  /** Lets a device that waits decide: one's own, or anybody's for the role admin. */
  confirm(device: string): Promise<void>;
  revoke(what: Revocation): Promise<void>;
  /** Lets a principal in again. */
  restore(principal: string): Promise<void>;
}

export function gatewayAccess(api: GatewayApi): GatewayAccess {
  return {
    async devicesOf(principal) {
      const path = `/v1/devices?principal=${encodeURIComponent(principal)}`;
      return (await api.get(path, z.object({ devices: z.array(deviceView) }))).devices;
    },
    confirm: async (device) => void (await api.post(`/v1/devices/${encodeURIComponent(device)}/confirm`, {}, enrolled)),
    revoke: async (what) => void (await api.post("/v1/revocations", what, revocation)),
    restore: async (id) => void (await api.post("/v1/revocations/lift", { kind: "principal", id }, revocation)),
  };
}
