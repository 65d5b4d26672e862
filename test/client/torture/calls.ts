import { z } from "zod";
import type { Session } from "./sessions.ts";
import { bytesOf, digestOf, type Target } from "./target.ts";

/** How the calls ended, all of them. */
export interface Tally {
  answered: number;
  /** Ended in one of the tunnel's documented errors, by its code and outcome. */
  readonly errors: Map<string, number>;
  /** What must not be: another answer than the call's own, an error that is not documented, a call that ran though it was said not to have run, or that has no end. */
  readonly wrong: string[];
}

export interface Sizes {
  /** Of a large result, in bytes. */
  readonly bytes: number;
  /** Of a stream. */
  readonly events: number;
}

/** Makes calls one after the other, each judged by its own answer: through the weather, and until so many were answered after it. */
export async function keepCalling(
  session: Session,
  { target, tally, sizes, heavy, mark, weather }: Caller,
): Promise<void> {
  let answered = 0;
  const most = heavy === null ? 5 : 1;
  for (let turn = 0; answered < most && Date.now() < weather.untilMs; turn += 1) {
    const kind = heavy === null ? (turn % 5 === 4 ? "list" : "append") : heavy;
    const { isCalm } = weather;
    if ((await judged(`${mark}-${turn}`, kind, { session, target, tally, sizes })) && isCalm) answered += 1;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * (heavy === null ? 600 : 100)));
  }
  if (answered < most) tally.wrong.push(`${mark}: had ${answered} answers after the weather`);
}

/** Calm once the gateway is restarted no more; by `untilMs` all sessions are to have answers again. */
interface Weather {
  isCalm: boolean;
  untilMs: number;
}

export interface Caller {
  readonly target: Target;
  readonly tally: Tally;
  readonly sizes: Sizes;
  /** What this session calls all the time; null: small calls with an effect, and lists. */
  readonly heavy: "bytes" | "events" | null;
  /** No other caller has it. */
  readonly mark: string;
  readonly weather: Weather;
}

type Kind = "append" | "list" | "bytes" | "events";
type Call = Pick<Caller, "target" | "tally" | "sizes"> & { readonly session: Session };

/** One call and what is to be said of its end; whether it was answered as it should. */
export async function judged(mark: string, kind: Kind, call: Call): Promise<boolean> {
  const { target, tally } = call;
  try {
    const wrong = await made(mark, kind, call);
    const times = target.ran.get(mark) ?? 0;
    if (wrong !== null) tally.wrong.push(`${mark} ${kind}: ${wrong}`);
    else if (kind === "append" && times !== 1) tally.wrong.push(`${mark}: was answered and ran ${times} times`);
    else {
      tally.answered += 1;
      return true;
    }
  } catch (error) {
    const known = z.union([documented, cutOff]).safeParse(error);
    if (!known.success) {
      tally.wrong.push(`${mark} ${kind}: ${described(error)}`);
      return false;
    }
    const { code, outcome } = known.data.data;
    const times = target.ran.get(mark) ?? 0;
    if (outcome === "not_run" && times > 0) tally.wrong.push(`${mark}: ran, and its error says that it did not`);
    const key = `${code} ${outcome}`;
    tally.errors.set(key, (tally.errors.get(key) ?? 0) + 1);
  }
  return false;
}

/** The calls that ran more than once. */
export function repeatedOf({ ran }: Target): readonly string[] {
  return [...ran].filter(([, times]) => times > 1).map(([mark]) => mark);
}

/** docs/protocol.md, "The tunnel". */
const documented = z.object({
  code: z.literal(-32_000),
  data: z.object({
    code: z.enum(["gateway_unreachable", "gateway_restarting", "network_down", "transient"]),
    outcome: z.enum(["not_run", "unknown"]),
  }),
});

/**
 * docs/protocol.md: a gateway that stops ends what runs on at the end of its `drain`, and a target (this process) that a loaded machine keeps from answering
 * for its connection's `timeout` is given up: the gateway's own error, and no word of what became of the call.
 */
const cutOff = z.object({
  code: z.literal(-32_054),
  data: z
    .object({ code: z.literal("target_failed"), reason: z.enum(["crashed", "timeout"]) })
    .transform(({ code }) => ({ code, outcome: "unknown" as const })),
});

/**
 * Whether a session could not be opened for the weather: a documented error of the tunnel's for a request, 503 for a notification, and what SDK 2
 * makes of such an error to `server/discover`, of which it tells nothing.
 */
export function isWeather(error: unknown): boolean {
  if (documented.safeParse(error).success) return true;
  if (!(error instanceof Error)) return false;
  if ("code" in error && error.code === "ERA_NEGOTIATION_FAILED") return true;
  return /^Streamable HTTP error: .*"code":"(gateway_(unreachable|restarting)|transient)"/.test(error.message);
}

/** What was wrong with the answer, or null. */
async function made(mark: string, kind: Kind, { session, sizes }: Call): Promise<string | null> {
  switch (kind) {
    case "append": {
      const said = await session.call("append", { mark });
      return said === mark ? null : `another's answer ${said.slice(0, 200)}`;
    }
    case "list": {
      const tools = await session.list();
      return tools.length === 3 ? null : `listed ${tools.join(", ")}`;
    }
    case "bytes": {
      const said = await session.call("get_bytes", { mark, size: sizes.bytes });
      return digestOf(said) === digestOf(bytesOf(sizes.bytes, mark)) ? null : `${said.length} other bytes`;
    }
    case "events":
      return await streamed(mark, session, sizes.events);
    default:
      return kind satisfies never;
  }
}

async function streamed(mark: string, session: Session, size: number): Promise<string | null> {
  let heard = 0;
  let skipped: string | null = null;
  const onProgress = (progress: number): void => {
    if (progress !== heard + 1) skipped ??= `heard event ${progress} after ${heard}`;
    heard = progress;
  };
  try {
    const said = await session.call("get_events", { mark, size }, onProgress);
    if (said !== `${size}` || heard !== size) return `${heard} events, and the answer ${said.slice(0, 200)}`;
  } catch (error) {
    if (skipped === null) throw error;
  }
  return skipped;
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  return `${name} ${"code" in error ? String(error.code) : ""} ${message}: ${"data" in error ? JSON.stringify(error.data) : ""}`;
}
