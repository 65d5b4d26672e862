import type { SignInAsked, SignInDemand } from "../../shared/sign-in-demand.ts";
import type { Ending } from "../departure.ts";
import type { Challenge } from "../sign-in/sign-in.ts";

/** What is asked of the person, by a rule or by the provider itself, and for which call. */
export interface Wanting extends Pick<SignInAsked, "rule" | "asks" | "connection" | "name" | "client" | "decision"> {
  readonly challenge: Challenge;
  /** How long this call's client is known to wait. */
  readonly waitMs: number;
}

/** How a wait ended. `signed-in`: `asked` says whether that sign-in was begun with this call's demand. */
export type Waited =
  | { readonly kind: "signed-in"; readonly asked: boolean }
  /** Put off by the person; too late for the call's client; its person, or its client, has left. */
  | { readonly kind: "declined" | "late" | "left" };

/** Calls that wait for their person to sign in anew: one question, and one sign-in, for all of them. */
export interface StepUps {
  /** Resolves with the wait's end. A call that was put off lately is not asked about again. */
  wait(wanting: Wanting, signal: Ending): Promise<Waited>;
  /** Asks for it beside those that wait: whatever wants it is done again by the person. */
  want(wanting: Omit<Wanting, "waitMs">): void;
  /** What a sign-in that begins now has to bring; null where nothing is asked for. */
  take(): Challenge | null;
  /** A sign-in of the same person is through: all that waits goes on. */
  signedIn(): void;
  /** The person won't, for now. */
  decline(): void;
  /** Whoever was signed in has left: no call of theirs goes on as anybody else's. */
  forget(): void;
}

interface Waiter {
  readonly wanting: Wanting;
  asked: boolean;
  readonly settle: (waited: Waited) => void;
}

export interface StepUpsOptions {
  readonly now: () => number;
  readonly onChange: (asked: SignInAsked | null) => void;
}

export function createStepUps({ now, onChange }: StepUpsOptions): StepUps {
  const waiting = new Set<Waiter>();
  /** What is shown: of the first that waits, or of the last that did. */
  let shown: { readonly wanting: Wanting; readonly sinceMs: number } | null = null;
  let lingering: NodeJS.Timeout | undefined;
  /** What was put off, and until when it is not asked again. */
  const quiet = new Map<string, { readonly untilMs: number; readonly challenge: Challenge }>();

  function show(): void {
    clearTimeout(lingering);
    const [first] = waiting;
    if (first !== undefined) shown = { wanting: first.wanting, sinceMs: shown?.sinceMs ?? now() };
    // The person may come back to it after the call's client has given up.
    else if (shown !== null) lingering = setTimeout(forgetShown, lingerMs).unref();
    onChange(shown === null ? null : viewOf(shown.wanting, shown.sinceMs, waiting.size));
  }

  function forgetShown(): void {
    shown = null;
    clearTimeout(lingering);
    onChange(null);
  }

  function settleAll(waited: (waiter: Waiter) => Waited): void {
    const all = [...waiting];
    waiting.clear();
    forgetShown();
    for (const waiter of all) waiter.settle(waited(waiter));
  }

  return {
    wait(wanting, signal) {
      if ((quiet.get(keyOf(wanting))?.untilMs ?? 0) > now()) return Promise.resolve({ kind: "declined" });
      if (signal.aborted) return Promise.resolve({ kind: "left" });
      if (waiting.size >= mostWaiting) return Promise.resolve({ kind: "late" });
      return new Promise((resolve) => {
        const over = (kind: "late" | "left"): void => {
          waiting.delete(waiter);
          show();
          waiter.settle({ kind });
        };
        const timer = setTimeout(() => over("late"), Math.min(wanting.waitMs, longestMs));
        const leave = (): void => over("left");
        const settle = (waited: Waited): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", leave);
          resolve(waited);
        };
        const waiter: Waiter = { wanting, asked: false, settle };
        signal.addEventListener("abort", leave, { once: true });
        waiting.add(waiter);
        show();
      });
    },
    want(wanting) {
      // What waits is asked for first.
      if (waiting.size > 0) return;
      shown = { wanting: { ...wanting, waitMs: 0 }, sinceMs: now() };
      show();
    },
    take() {
      for (const waiter of waiting) waiter.asked = true;
      // Who put it off, and signs in after all, does so for that.
      const putOff = [...quiet.values()].filter(({ untilMs }) => untilMs > now()).map(({ challenge: each }) => each);
      const asked = [...waiting].map(({ wanting }) => wanting.challenge);
      const challenge = joined([...asked, ...(shown === null ? [] : [shown.wanting.challenge]), ...putOff]);
      // What the provider itself demanded, the sign-in knows.
      return Object.keys(challenge).length === 0 ? null : challenge;
    },
    signedIn() {
      quiet.clear();
      settleAll(({ asked }) => ({ kind: "signed-in", asked }));
    },
    decline() {
      const putOff = [...[...waiting].map(({ wanting }) => wanting), ...(shown === null ? [] : [shown.wanting])];
      for (const each of putOff) quiet.set(keyOf(each), { untilMs: now() + quietMs, challenge: each.challenge });
      settleAll(() => ({ kind: "declined" }));
    },
    forget() {
      quiet.clear();
      settleAll(() => ({ kind: "left" }));
    },
  };
}

/** Whatever its client bears: a person who hasn't come by then comes back to a call that is made again. */
const longestMs = 120_000;
const lingerMs = 300_000;
const mostWaiting = 200;
/** An agent that is refused tries again at once. */
const quietMs = 60_000;

/** All of them in one sign-in: the least age, and the first class or claims that any asks for, as one token names one. */
function joined(all: readonly Challenge[]): Challenge {
  const ages = all.flatMap(({ maxAgeSeconds }) => maxAgeSeconds ?? []);
  const acrValues = all.find((each) => each.acrValues !== undefined)?.acrValues;
  const claims = all.find((each) => each.claims !== undefined)?.claims;
  return {
    ...(ages.length === 0 ? {} : { maxAgeSeconds: Math.min(...ages) }),
    ...(acrValues === undefined ? {} : { acrValues }),
    ...(claims === undefined ? {} : { claims }),
  };
}

/** What a rule's demand asks the provider for. */
export function challengeOf({ maxAgeSeconds, acrValues, claims }: SignInDemand): Challenge {
  return {
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    ...(acrValues === undefined ? {} : { acrValues }),
    ...(claims === undefined ? {} : { claims }),
  };
}

function keyOf({ rule, connection, client }: Wanting): string {
  return JSON.stringify([rule, connection, client]);
}

function viewOf(wanting: Wanting, sinceMs: number, calls: number): SignInAsked {
  const { rule, asks, connection, name, client, decision } = wanting;
  return { rule, asks, connection, name, client, calls, sinceMs, ...(decision === undefined ? {} : { decision }) };
}
