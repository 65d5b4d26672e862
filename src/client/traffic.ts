import type { ErrorCode } from "../shared/errors.ts";
import type { TrafficLine, TrafficTrouble, TrafficView } from "../shared/traffic.ts";

/** Counts what goes through the tunnel: a map and an addition a call, told at most once a second. */
export interface Traffic {
  /** Rises with each `forget`: what began before is not counted after. */
  readonly round: number;
  view(): TrafficView;
  called(client: string, connection: string): void;
  /** `call`: whether it was a call, which is counted as a failed one. */
  failed(of: Failed, call: boolean): void;
  /** Begins anew: what was counted is of somebody who has left. */
  forget(): void;
  /** Tells what has not been told yet. */
  close(): void;
}

type Failed = Pick<TrafficTrouble, "client" | "connection" | "code" | "message">;

export interface TrafficOptions {
  readonly now: () => number;
  readonly onChange: (view: TrafficView) => void;
}

export function createTraffic({ now, onChange }: TrafficOptions): Traffic {
  let sinceMs = now();
  const lines = new Map<string, Mutable<TrafficLine>>();
  let troubles: readonly TrafficTrouble[] = [];
  let last = 0;
  let round = 0;
  let timer: NodeJS.Timeout | null = null;

  const view = (): TrafficView => ({
    sinceMs,
    lines: [...lines.values()].map((line) => ({ ...line })),
    troubles: [...troubles],
  });
  const tell = (): void => {
    timer = null;
    onChange(view());
  };
  const changed = (): void => {
    timer ??= setTimeout(tell, tellEveryMs).unref();
  };

  function lineOf(client: string, connection: string): Mutable<TrafficLine> {
    const key = `${client} ${connection}`;
    const known = lines.get(key);
    if (known !== undefined) return known;
    const line = { client, connection, calls: 0, errors: 0, lastAtMs: now() };
    lines.set(key, line);
    forgetOldest(lines, mostLines);
    return line;
  }

  return {
    get round() {
      return round;
    },
    view,
    called(client, connection) {
      const line = lineOf(client, connection);
      line.calls += 1;
      line.lastAtMs = now();
      changed();
    },
    failed({ client, connection, code, message }, call) {
      if (call && client !== null && connection !== null) lineOf(client, connection).errors += 1;
      const isSame = (each: TrafficTrouble) =>
        each.client === client && each.connection === connection && each.code === code;
      const before = troubles.find(isSame);
      last += 1;
      const trouble = { id: last, client, connection, code, message: message.slice(0, longestMessage), atMs: now() };
      const newest = { ...trouble, times: (before?.times ?? 0) + 1 };
      troubles = [newest, ...troubles.filter((each) => each !== before)].slice(0, mostTroubles);
      changed();
    },
    forget() {
      round += 1;
      sinceMs = now();
      lines.clear();
      troubles = [];
      clearTimeout(timer ?? undefined);
      tell();
    },
    close() {
      if (timer === null) return;
      clearTimeout(timer);
      tell();
    },
  };
}

const tellEveryMs = 1000;
const mostLines = 500;
const mostTroubles = 20;
const longestMessage = 400;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function forgetOldest(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}

/** What a refusal of the gateway's means to who uses the tunnel; null for one that is no trouble: a session that ended. */
export function refusalOf(status: number): { readonly code: ErrorCode; readonly message: string } | null {
  if (status < 400 || status === 404) return null;
  return refusals[status] ?? { code: "target_failed", message: `The gateway answered ${status}: look at its log.` };
}

const refusals: Readonly<Record<number, { readonly code: ErrorCode; readonly message: string }>> = {
  400: { code: "bad_request", message: "The gateway did not understand the client: update the client." },
  401: { code: "token_invalid", message: "The gateway does not accept your sign-in: sign in again." },
  403: { code: "not_allowed", message: "No rule lets you use this connection: ask who runs the gateway." },
  413: { code: "too_large", message: "The message was larger than the gateway takes: send less at a time." },
  429: { code: "transient", message: "The gateway takes no more at once: call again in a while." },
  503: { code: "gateway_restarting", message: "The gateway is stopping or starting again: call again in a while." },
};
