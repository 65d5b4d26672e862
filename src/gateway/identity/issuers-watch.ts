import { backoffMs } from "../../shared/backoff.ts";
import type { Log } from "../log.ts";
import type { TokenVerifier } from "./principal.ts";

export interface IssuersWatch {
  /** Of the configuration in force. */
  readonly verifier: () => Pick<TokenVerifier, "ready" | "unknown">;
  readonly log: Log;
  /** Runs something after so many ms; the returned function calls it off. */
  readonly after?: (ms: number, run: () => void) => () => void;
}

/**
 * Asks by itself for the keys of issuers of which none are known, from the start on and after each reload, so that people are let in as soon
 * as their issuer is back: nobody's token has to fail for it first. Returns the way to stop.
 */
export function watchIssuers({ verifier, log, after = realTime }: IssuersWatch): () => void {
  let missing: readonly string[] = [];
  let failures = 0;
  let stopped = false;
  let callOff: (() => void) | null = null;

  async function look(): Promise<void> {
    const asked = verifier();
    if (asked.unknown().length > 0) await asked.ready();
    if (stopped) return;
    const unknown = asked.unknown();
    for (const issuer of unknown)
      if (!missing.includes(issuer)) log({ level: "warn", event: "issuer.unreachable", issuer });
    for (const issuer of missing)
      if (!unknown.includes(issuer)) log({ level: "info", event: "issuer.reached", issuer });
    failures = unknown.length === 0 ? 0 : failures + 1;
    missing = unknown;
    callOff = after(unknown.length === 0 ? lookMs : firstRetryMs + backoffMs(failures), again);
  }

  const again = (): void => {
    // `ready` keeps a failure to itself.
    void look();
  };
  again();
  return () => {
    stopped = true;
    callOff?.();
  };
}

function realTime(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
}

/** A reload may have brought others. Where all are known a look asks nobody. */
const lookMs = 5_000;
const firstRetryMs = 1_000;
