import { toFailure } from "../../shared/errors.ts";

/** One thing that was looked at. `id` is stable; `cure` says what to do, null where nothing is wrong. */
export interface Finding {
  readonly id: string;
  readonly state: "ok" | "warn" | "fail";
  readonly what: string;
  readonly cure: string | null;
}

export const fine = (id: string, what: string): Finding => ({ id, state: "ok", what, cure: null });
export const doubt = (id: string, what: string, cure: string): Finding => ({ id, state: "warn", what, cure });
export const wrong = (id: string, what: string, cure: string): Finding => ({ id, state: "fail", what, cure });

/** What could not be looked at, in the error's own words. */
export const failed = (id: string, error: unknown, cure: string): Finding => wrong(id, toFailure(error).message, cure);

/** A clock beside this machine's; `toleranceMs` apart is nothing, ten times that is wrong. */
export function clockFinding(id: string, whose: string, offMs: number, toleranceMs: number): Finding {
  const seconds = Math.round(Math.abs(offMs) / 1000);
  const what = `This machine's clock and ${whose} are ${seconds} s apart`;
  const cure = "Set this machine's clock by NTP.";
  if (Math.abs(offMs) <= toleranceMs) return fine(id, what);
  return Math.abs(offMs) <= 10 * toleranceMs ? doubt(id, what, cure) : wrong(id, what, cure);
}
