import { decisionPayload, decisionType, type DecisionPayload } from "../../shared/approval.ts";
import { CountersignError } from "../../shared/errors.ts";
import { canonical } from "../../shared/json.ts";
import { verifySigned } from "../identity/signed.ts";
import type { DecidingDevices } from "./deciding-devices.ts";

/** What was held, as a decision about it must repeat it, member by member (`rule` as canonical JSON), and who asked for it. */
export interface HeldAsSigned {
  readonly asked: Readonly<Record<string, unknown>>;
  readonly requester: string;
}

/** A decision whose signature holds, with the device that made it; otherwise why it counts for nothing. */
export type CheckedDecision = { readonly payload: DecisionPayload; readonly device: string } | { readonly why: string };

const signedKind = { typ: decisionType, payload: decisionPayload, noun: "decision" };

/** Checks a recorded decision again: by a device of whoever decided, over what was held, and not by whoever asked. */
export async function checkDecision(
  jws: string,
  by: string,
  held: HeldAsSigned | undefined,
  devices: DecidingDevices,
): Promise<CheckedDecision> {
  if (held === undefined) return { why: "the request that it is about is not in the ledger" };
  try {
    const { payload, device } = await verifySigned(jws, signedKind, { id: by }, devices);
    const { rule, ...signed } = payload;
    const said: Readonly<Record<string, unknown>> = { ...signed, rule: canonical(rule) };
    const wrong = Object.entries(held.asked).find(([name, value]) => said[name] !== value);
    if (wrong !== undefined) return { why: `what was signed is not what was held: ${wrong[0]} differs` };
    if (by === held.requester) return { why: "whoever asked decided on it" };
    return { payload, device: device.device };
  } catch (error) {
    if (error instanceof CountersignError && error.code === "unknown_device")
      return { why: "no device that the ledger lets decide for whoever is named signed it" };
    return { why: error instanceof Error ? error.message : "it can't be read" };
  }
}
