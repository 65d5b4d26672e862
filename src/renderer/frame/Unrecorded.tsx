import { isTooLate, type ErrorCode } from "../../shared/errors.ts";
import { useModel } from "../model.ts";
import { Band } from "../parts/Band.tsx";
import { Button } from "../parts/Button.tsx";
import { useStore } from "../store.ts";
import type { Batch } from "../together.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";

/** Requests that were decided together and not all recorded: how many, and why. Each of them says it of itself too. */
export function Unrecorded() {
  const { together } = useModel().decisions;
  const batch = useStore(together.last);
  if (batch === null) return null;
  const isHarmless = batch.unsent === 0 && batch.failed.every(({ code }) => isTooLate(code));
  const dismiss = (
    <Button size="small" onClick={() => together.dismiss()}>
      {words.together.dismiss}
    </Button>
  );
  return (
    <Band tone={isHarmless ? "warn" : "bad"} icon={isHarmless ? "note" : "fail"} action={dismiss}>
      {textOf(batch)}
    </Band>
  );
}

function textOf({ verdict, of, failed, unsent }: Batch): string {
  const late = failed.filter(({ code }) => isTooLate(code)).length;
  const codes = new Map<ErrorCode, number>();
  for (const { code } of failed) if (!isTooLate(code)) codes.set(code, (codes.get(code) ?? 0) + 1);
  return [
    words.together.lead(verdict, failed.length + unsent, of),
    ...(late > 0 ? [words.together.late(late)] : []),
    ...[...codes].map(([code, times]) => words.together.because(times, wording(code))),
    ...(unsent > 0 ? [words.together.unsent(unsent)] : []),
  ].join(" ");
}
