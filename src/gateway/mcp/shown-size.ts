import { mostFrameBytes } from "../../shared/feed.ts";
import type { HeldCall } from "../approvals/turn.ts";

/** For all of a frame besides what comes from the caller and the target: people, steps, decisions with their reasons. */
const roomBytes = 1024 * 1024;

/**
 * Why a call is not held: no approver could be shown it. A frame that is larger than a client takes ends its stream, again and again, and with it
 * all that this approver could decide. Masking makes a payload longer, by each place that is hidden.
 */
export function tooLargeToShow({ tool, description, annotations, payload, client, grants }: HeldCall): string | null {
  const shown = JSON.stringify({ tool, description, annotations, payload, client, grants });
  const most = mostFrameBytes - roomBytes;
  // A UTF-16 unit is three bytes at most: what is short needs no count.
  if (shown.length * 3 <= most || Buffer.byteLength(shown) <= most) return null;
  return "A rule holds this, but with what is masked in it it is too large to be shown to an approver. Send less at once. Nothing was run.";
}
