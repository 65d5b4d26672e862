import { CountersignError } from "../../shared/errors.ts";
import { refusalFault } from "./faults.ts";
import type { Tokens } from "./sign-in.ts";

/** The provider's refusal in the callback (RFC 6749, section 4.1.2.1), or the exchange of its code. */
export function redeem(authorization: { exchange(callback: URL): Promise<Tokens> }, callback: URL): Promise<Tokens> {
  const refusal = callback.searchParams.get("error");
  if (refusal !== null) throw refusalFault(refusal, undefined);
  return authorization.exchange(callback);
}

/** Settles only by failing, when the browser cannot be opened. */
export function browserFailure(openBrowser: (url: string) => void | Promise<void>, url: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    Promise.resolve(url)
      .then(openBrowser)
      .catch((cause: unknown) => {
        reject(new CountersignError("misconfigured", "The browser could not be opened for signing in.", { cause }));
      });
  });
}

/** A signal that ends with ours, the caller's or the time, its reason being the error to throw. */
export function endOf(
  outer: AbortSignal,
  attempt: AbortSignal,
  timeoutMs: number,
): { readonly signal: AbortSignal; clear(): void } {
  const end = new AbortController();
  const cancel = (): void => end.abort(new CountersignError("cancelled", "The sign-in was cancelled."));
  const seconds = Math.round(timeoutMs / 1000);
  const timer = setTimeout(() => {
    end.abort(new CountersignError("timed_out", `Nobody finished signing in within ${seconds} seconds. Try again.`));
  }, timeoutMs);
  for (const signal of [outer, attempt]) {
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel, { once: true });
  }
  return {
    signal: end.signal,
    clear: () => {
      clearTimeout(timer);
      for (const signal of [outer, attempt]) signal.removeEventListener("abort", cancel);
    },
  };
}

/** The work's outcome, or the end's reason where that comes first. */
export function untilEnd<T>(work: Promise<T>, end: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    end.addEventListener("abort", () => reject(end.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}
