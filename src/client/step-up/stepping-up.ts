import { CountersignError } from "../../shared/errors.ts";
import { isJsonObject, type JsonObject } from "../../shared/json.ts";
import type { SignInDemand } from "../../shared/sign-in-demand.ts";
import type { Conversations } from "../conversations.ts";
import type { Ending } from "../departure.ts";
import type { Heard } from "../heard.ts";
import type { Asked } from "../upstream/upstream.ts";
import { Cancellations, messageIn } from "./cancelled.ts";
import { asksForSignIn, demandIn } from "./demand.ts";
import { challengeOf, type StepUps, type Waited, type Wanting } from "./step-ups.ts";
import { waitingAnswer } from "./waiting-answer.ts";

export interface SteppingUp {
  readonly stepUps: StepUps;
  /** Whether nobody's token is renewed because the provider itself asks its person for more. */
  readonly isAskedByProvider: () => boolean;
  /** Hears of each call that was not passed on for want of a sign-in. */
  readonly onUnmet: (client: string, connection: string, error: CountersignError) => void;
}

/**
 * The same conversations, in which a call that lacks a fresh or a stronger sign-in waits for one, and is sent again: neither the gateway nor
 * the provider let it go any further, so that it can't run twice.
 */
export function steppingUp(conversations: Conversations, parts: SteppingUp): Conversations {
  const cancellations = new Cancellations();

  /** Until it is answered, or its client has left or cancelled. */
  async function goOn(asked: Asked, client: string, first: Wanted, left: Ending): Promise<Heard> {
    const { id } = callOf(asked);
    const { cancelled, leave } = cancellations.enter(asked, client, id ?? "");
    try {
      const signal = any([asked.signal, left, cancelled]);
      return await insisting(conversations, parts, { ...asked, signal }, client, first);
    } catch (error) {
      // What is of a person who has left is not told to the next one.
      if (error instanceof CountersignError && error.code === "sign_in_needed")
        parts.onUnmet(client, asked.connection, error);
      throw error;
    } finally {
      leave();
    }
  }

  return {
    knows: (asked, client) => conversations.knows(asked, client),
    async ask(asked, client) {
      cancellations.hear(asked, client);
      const first = await attempt(conversations, parts, asked, client);
      if (first.kind === "answered") return first.answer;
      const { id, progressToken } = callOf(asked);
      if (id === null) return await goOn(asked, client, first, asked.signal);
      const says = `Waiting for a sign-in in Countersign. ${first.why}`;
      return waitingAnswer({ id, progressToken, says, answer: (left) => goOn(asked, client, first, left) });
    },
  };
}

type Attempted = { readonly kind: "answered"; readonly answer: Heard } | Wanted;
interface Wanted {
  readonly kind: "wanting";
  readonly wanting: Wanting;
  readonly why: string;
}

async function attempt(
  conversations: Conversations,
  { isAskedByProvider }: SteppingUp,
  asked: Asked,
  client: string,
): Promise<Attempted> {
  const of = { connection: asked.connection, client };
  try {
    const answer = await conversations.ask(asked, client);
    if (!asksForSignIn(answer)) return { kind: "answered", answer };
    const demand = await demandIn(answer);
    if (demand === null) throw new CountersignError("sign_in_needed", `A rule asks for a fresh sign-in. ${cure}`);
    const { rule, asks, waitMs } = demand;
    const { name } = callOf(asked);
    return {
      kind: "wanting",
      wanting: { ...of, name, rule, asks, waitMs, challenge: challengeOf(demand) },
      why: whyOf(demand),
    };
  } catch (error) {
    const isAsked =
      error instanceof CountersignError && error.code === "reauthentication_needed" && isAskedByProvider();
    if (!isAsked || asked.method !== "POST" || callOf(asked).id === null) throw error;
    const { name } = callOf(asked);
    // What it demanded is kept by the sign-in itself.
    const wanting = { ...of, name, rule: null, asks: "", waitMs: unknownWaitMs, challenge: {} };
    return { kind: "wanting", wanting, why: "The sign-in provider asks for it." };
  }
}

/** Waits and sends again until it is answered. Throws `sign_in_needed` where no sign-in comes, or none that brings what is asked. */
async function insisting(
  conversations: Conversations,
  parts: SteppingUp,
  asked: Asked,
  client: string,
  first: Wanted,
): Promise<Heard> {
  let wanted = first;
  for (let turn = 1; ; turn += 1) {
    // A body that went as it came can't go again: its client makes the call anew.
    const again = asked.body === null || Buffer.isBuffer(asked.body);
    const { wanting } = wanted;
    const waited = await parts.stepUps.wait(again ? wanting : { ...wanting, waitMs: 0 }, asked.signal);
    if (waited.kind !== "signed-in") throw notSignedIn(waited.kind, wanted.why);
    const next = await attempt(conversations, parts, asked, client);
    if (next.kind === "answered") return next.answer;
    const isSame = next.wanting.rule === wanting.rule && waited.asked;
    if (isSame || turn >= mostTurns) throw notBrought(next.why);
    wanted = next;
  }
}

/** Sign-ins that one call waits for: others may have been asked for before it. */
const mostTurns = 3;
const unknownWaitMs = 50_000;
const cure = "Nothing was run. Sign in anew in Countersign (or run: countersign sign-in), then call again.";

function whyOf({ rule, asks }: SignInDemand): string {
  return `Rule “${rule}” asks for ${asks}.`;
}

function notSignedIn(kind: Exclude<Waited["kind"], "signed-in">, why: string): CountersignError {
  switch (kind) {
    case "declined":
      return new CountersignError("sign_in_needed", `${why} The person put the sign-in off. ${cure}`);
    case "late":
      return new CountersignError("sign_in_needed", `${why} Nobody has signed in so far. ${cure}`);
    case "left":
      return new CountersignError(
        "signed_out",
        "Whoever made this call has left: nothing was run. Sign in, then call again.",
      );
    default:
      return kind satisfies never;
  }
}

function notBrought(why: string): CountersignError {
  const message = `${why} The sign-in of just now did not bring that, and nothing was run. Ask who runs the gateway whether the sign-in provider can.`;
  return new CountersignError("sign_in_needed", message);
}

interface Call {
  readonly id: string | number | null;
  readonly name: string | null;
  readonly progressToken: string | number | null;
}

/** What a client's call says of itself, as far as it is told to somebody: nothing is judged by it. */
function callOf({ body }: Asked): Call {
  const message = Buffer.isBuffer(body) ? messageIn(body) : {};
  const params = isJsonObject(message.params) ? message.params : {};
  const meta = isJsonObject(params._meta) ? params._meta : {};
  const name = params.name ?? params.uri;
  return {
    id: typeof message.method === "string" ? idOf(message.id) : null,
    name: typeof name === "string" ? name.slice(0, longestName) : null,
    progressToken: idOf(meta.progressToken),
  };
}

const longestName = 500;

function idOf(value: JsonObject[string] | undefined): string | number | null {
  return typeof value === "string" || typeof value === "number" ? value : null;
}

/** Ends with whichever comes first. */
function any(endings: readonly Ending[]): Ending {
  return {
    get aborted() {
      return endings.some(({ aborted }) => aborted);
    },
    addEventListener(type, listener, options) {
      for (const each of endings) each.addEventListener(type, listener, options);
    },
    removeEventListener(type, listener) {
      for (const each of endings) each.removeEventListener(type, listener);
    },
  };
}
