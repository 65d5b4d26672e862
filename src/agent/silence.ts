import { TargetError } from "../shared/target.ts";

/** The work's own outcome, or TargetError `timeout` after so long a silence; `giveUp` then ends the work. */
export function bear<T>(work: Promise<T>, timeoutMs: number, giveUp: (error: TargetError) => void): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      const error = new TargetError("timeout", `The target was silent for ${timeoutMs} ms.`);
      reject(error);
      giveUp(error);
    }, timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
