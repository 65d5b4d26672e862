import { TargetError } from "../shared/target.ts";

/** The work's own outcome, or TargetError `timeout` after so long a silence; `giveUp` then ends the work. */
export function bear<T>(work: Promise<T>, timeoutMs: number, giveUp: (error: TargetError) => void): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      const error = silentFor(timeoutMs);
      reject(error);
      giveUp(error);
    }, timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The work's own outcome, or TargetError `timeout` once `leftMs` says that no time is left; it is asked anew whenever that much has passed. */
export async function bearWhile<T>(work: Promise<T>, leftMs: () => number, timeoutMs: number): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const wait = (): void => {
      const left = leftMs();
      if (left > 0) timer = setTimeout(wait, Math.ceil(left));
      else reject(silentFor(timeoutMs));
    };
    wait();
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export function silentFor(ms: number): TargetError {
  return new TargetError("timeout", `The target was silent for ${ms} ms.`);
}
