import { CountersignError } from "../../shared/errors.ts";
import type { DeviceView } from "../../shared/device.ts";
import { stepsOf } from "../config-rules.ts";
import type { Config } from "../config-schema.ts";
import type { DeviceReads } from "../store/devices.ts";
import type { DeviceRecord } from "../store/store.ts";
import type { GatewaySession } from "./gateway-sessions.ts";
import type { Principal } from "./principal.ts";

/** Who acts, and in which session; null for the provider's own token. */
interface Acting {
  readonly principal: Principal;
  readonly session: GatewaySession | null;
}

/** Whether this person may decide anything at all: as an approver of some rule, or by the role admin. */
export function hasSay({ rules }: Pick<Config, "rules">, { roles, groups }: Principal): boolean {
  if (roles.includes("admin")) return true;
  const held = rules.filter(({ effect }) => effect === "approve");
  return held.flatMap(stepsOf).some(({ approvers }) => approvers.some((group) => groups.includes(group)));
}

/**
 * Refuses what a person with a say does from elsewhere than a device that decides: a copied token, or a device that whoever copied one
 * enrolled, would be enough for it. Throws as `refuseUndeciding`.
 */
export function refuseUnconfirmed(config: Config, devices: DeviceReads, acting: Acting): void {
  if (config.devices.secondWaits && hasSay(config, acting.principal)) refuseUndeciding(config, devices, acting);
}

/**
 * The same, whatever they have a say in; a service has no device to act from. Where none waits, by the configuration, each device may do it.
 * Throws `session_needed`, `unknown_device` or `device_waits`.
 */
export function refuseUndeciding(config: Config, devices: DeviceReads, { principal, session }: Acting): void {
  if (principal.kind === "service") return;
  if (session === null)
    throw new CountersignError(
      "session_needed",
      "This is done from a device of yours, in Countersign's console or terminal: the provider's token alone is not enough.",
    );
  const device = session.device === null ? undefined : devices.get(session.device);
  if (device === undefined)
    throw new CountersignError("unknown_device", "This device is not enrolled for you. Sign in again to enrol it.");
  if (config.devices.secondWaits) refuseWaiting(device);
}

/** Throws `device_waits`. */
export function refuseWaiting({ id, waits }: DeviceRecord): void {
  if (waits === undefined) return;
  const message = `This device waits, as you had another before it: confirm it there, or ask an administrator for \`countersign devices confirm ${id}\`.`;
  throw new CountersignError("device_waits", message);
}

/** What this device waits for, by all that are enrolled for its person; undefined where it waits for nothing. */
export function waitsFor({ waits }: DeviceRecord, all: readonly DeviceRecord[]): DeviceView["waits"] {
  if (waits === undefined) return undefined;
  return all.some((each) => each.waits === undefined) ? "device" : "admin";
}
