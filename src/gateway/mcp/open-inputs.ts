import { randomBytes } from "node:crypto";
import type { Json } from "../../shared/json.ts";
import type { Finish, Outcome } from "../approvals/turn.ts";
import type { ApprovalRecord } from "../store/store.ts";
import { outcomeUnknown } from "./refusal.ts";
import { errorMessage } from "./rpc-failure.ts";

/** A claimed call that is run, round by round where its target asks for input (2026-07-28, "Multi round-trip requests"). */
export interface ClaimedCall {
  readonly approval: ApprovalRecord;
  /** Keyed digest over principal, connection, tool and arguments. */
  readonly lookup: string;
  /** How often its target has asked for input. */
  readonly asked: number;
  readonly finish: Finish;
}

/** What the next round needs. The target's own state stays here: the client gets a word of ours in its place. */
export interface OpenInput extends ClaimedCall {
  /** The names of the target's questions: no other may be answered. */
  readonly questions: ReadonlySet<string>;
  readonly state: Json | undefined;
  /** The client's answers are awaited until then, milliseconds since the epoch. */
  readonly untilMs: number;
}

/** Each belongs to an approval that somebody gave; these are for one client that makes many, and a target that writes long. */
const mostOpen = 1000;
const longestState = 64 * 1024;

const ours = /^countersign\.input\.[\w-]{43}$/;

/** Whether this request goes on with a call whose target asked for input. */
export function goesOn(state: Json | undefined): state is string {
  return typeof state === "string" && ours.test(state);
}

/**
 * The approved calls that wait for their client's input. In memory alone and each word good for one round: a round that is repeated, or that
 * comes after a restart, finds nothing, so that no step of an approved call runs twice (rule 4).
 */
export class OpenInputs {
  readonly #now: () => number;
  readonly #open = new Map<string, OpenInput>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The word that the next round brings as its `requestState`; null where there is no room for it. */
  put(input: OpenInput): string | null {
    const { state } = input;
    if (this.#open.size >= mostOpen || (state !== undefined && JSON.stringify(state).length > longestState))
      return null;
    const word = `countersign.input.${randomBytes(32).toString("base64url")}`;
    this.#open.set(word, input);
    return word;
  }

  /** What waits for this word, as long as it does. */
  of(word: string): OpenInput | undefined {
    const input = this.#open.get(word);
    return input !== undefined && input.untilMs > this.#now() ? input : undefined;
  }

  /** False where another round has taken it, or its time is over. */
  take(word: string): boolean {
    return this.of(word) !== undefined && this.#open.delete(word);
  }

  /** Ends the calls whose client did not come back in time. */
  async sweep(): Promise<void> {
    await this.#end(({ untilMs }) => untilMs <= this.#now());
  }

  /** Ends all: the gateway stops. */
  async close(): Promise<void> {
    await this.#end(() => true);
  }

  async #end(due: (input: OpenInput) => boolean): Promise<void> {
    for (const [word, input] of this.#open) {
      if (!due(input)) continue;
      this.#open.delete(word);
      await input.finish(abandoned(input.approval.id, "The client did not answer what the target asked."));
    }
  }
}

/** A call that its target did not end: what it did before it asked, nobody knows. */
export function abandoned(approval: string, why: string): Outcome {
  const message = `${why} Whether the call took effect is unknown.`;
  const answer = errorMessage(null, { ...outcomeUnknown(approval), message });
  return { state: "unknown", message, answer, also: () => undefined };
}
