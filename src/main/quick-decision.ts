import type { Client } from "../client/index.ts";
import type { ApprovalView, Verdict } from "../shared/approval.ts";
import { openStep, waitsForReader } from "../shared/approval-steps.ts";
import type { ConsoleState } from "../shared/console.ts";
import type { NotifiedDecision } from "../shared/desktop.ts";
import { isTooLate, toFailure, type Failure, type Result } from "../shared/errors.ts";
import { digest } from "../shared/json.ts";
import { personOf } from "../shared/signed-in.ts";
import { failedNotice, heldNotice, overtakenNotice, sleptNotice } from "./decision-notices.ts";
import type { Notice } from "./notices.ts";
import { report } from "./report.ts";
import type { MakeToast } from "./standing.ts";
import { wallClock, type WallClock } from "./wall-clock.ts";
import { decisions as words } from "./words/decisions.ts";

/**
 * Decisions that were clicked in a notification. Each is held for a moment in which it can be undone, in a notification or in the window;
 * then it is signed and sent. What is held when its maker quits or signs out is never signed.
 */
export interface QuickDecisions {
  /** Holds what was clicked, over exactly the payload that the notification showed. */
  decide(shown: ApprovalView, verdict: Verdict): void;
  /** Lets go of what this state has answered; where somebody else was first, its maker is told. */
  follow(state: ConsoleState): void;
  /** What is not recorded, for the console. */
  readonly view: () => readonly NotifiedDecision[];
  /** Takes back what is held of this approval, or forgets what failed. */
  drop(approval: string): void;
  close(): void;
}

interface QuickParts {
  readonly client: Pick<Client, "call" | "state">;
  readonly open: (approval: string) => void;
  readonly tell: (id: string, make: MakeToast | null) => void;
  /** `view` has changed. */
  readonly changed: () => void;
  readonly clock?: WallClock;
}

interface Clicked {
  readonly shown: ApprovalView;
  readonly verdict: Verdict;
}
interface Held extends Clicked {
  readonly step: "held";
  readonly sendsAtMs: number;
  readonly cancel: () => void;
  /** It is being signed: too late to be undone. */
  readonly sent: boolean;
}
type Entry = Held | (Clicked & { readonly step: "failed"; readonly error: Failure });

const undoMs = 4000;
/** What a request near its end needs to be answered in time is not spent on waiting. */
const sparedMs = 2000;
/** A timer that fires so late slept with the machine: what was clicked before is not signed any more. */
const latestMs = 30_000;

export function createQuickDecisions({ client, open, tell, changed, clock = wallClock }: QuickParts): QuickDecisions {
  const entries = new Map<string, Entry>();
  let person = personOf(client.state());
  /** Another one with each person: what one of them hears no more is told to nobody. */
  let sitting = {};

  function letGo(id: string): void {
    const entry = entries.get(id);
    if (entry === undefined) return;
    if (entry.step === "held") entry.cancel();
    entries.delete(id);
    tell(noticeId(id), null);
  }

  function letAllGo(): void {
    sitting = {};
    [...entries.keys()].forEach(letGo);
  }

  function drop(id: string): void {
    const entry = entries.get(id);
    if (entry === undefined || (entry.step === "held" && entry.sent)) return;
    letGo(id);
    changed();
  }

  function say({ id }: ApprovalView, notice: (hidden: boolean) => Notice): void {
    tell(noticeId(id), (hidden) => ({ ...notice(hidden), buttons: [], clicked: () => open(id) }));
  }

  function sayHeld({ shown, verdict, sendsAtMs }: Held): void {
    const clicked = (): void => open(shown.id);
    const buttons = [
      { label: words.undo, press: () => drop(shown.id) },
      { label: words.open, press: clicked },
    ];
    tell(noticeId(shown.id), (hidden) => {
      const seconds = Math.max(0, Math.ceil((sendsAtMs - clock.now()) / 1000));
      return { ...heldNotice(shown, verdict, seconds, hidden), buttons: hidden ? [] : buttons, clicked };
    });
  }

  async function send(held: Held): Promise<void> {
    const { shown, verdict } = held;
    entries.set(shown.id, { ...held, sent: true });
    tell(noticeId(shown.id), null);
    const mine = sitting;
    const result = await signAndSend(client, held);
    if (sitting !== mine) return;
    letGo(shown.id);
    if (!result.ok) {
      const { error } = result;
      if (isTooLate(error.code)) say(shown, (hidden) => overtakenNotice(latest(client.state(), shown), true, hidden));
      else {
        entries.set(shown.id, { step: "failed", shown, verdict, error });
        say(shown, (hidden) => failedNotice(shown, verdict, error, hidden));
      }
    }
    changed();
  }

  function due({ id }: ApprovalView): void {
    const entry = entries.get(id);
    if (entry?.step !== "held" || entry.sent) return;
    if (clock.now() - entry.sendsAtMs <= latestMs) return void send(entry);
    letGo(id);
    say(entry.shown, (hidden) => sleptNotice(entry.shown, hidden));
    changed();
  }

  /** What a state says of one: null where it goes on as it is. */
  function answerIn(state: ConsoleState, { shown: { id } }: Entry): "by-them" | ApprovalView | null {
    if (state.sending.some(({ approval }) => approval === id)) return "by-them";
    const now = state.approvals.find((approval) => approval.id === id);
    if (now === undefined || waitsForReader(now)) return null;
    return now.standing === "decided" || now.decision?.by.id === personOf(state) ? "by-them" : now;
  }

  return {
    decide(shown, verdict) {
      if (entries.get(shown.id)?.step === "held") return;
      const nowMs = clock.now();
      const leftMs = shown.expiresAtMs - client.state().gateway.clockOffsetMs - nowMs;
      const waitMs = Math.max(0, Math.min(undoMs, leftMs - sparedMs));
      const cancel = clock.after(waitMs, () => due(shown));
      const held: Held = { step: "held", shown, verdict, sendsAtMs: nowMs + waitMs, cancel, sent: false };
      entries.set(shown.id, held);
      sayHeld(held);
      changed();
    },
    follow(state) {
      const who = personOf(state);
      if (who !== undefined && who !== person) {
        person = who;
        letAllGo();
      }
      for (const entry of entries.values()) {
        const answer = answerIn(state, entry);
        if (answer === null) continue;
        letGo(entry.shown.id);
        const isUnsent = entry.step === "held" && !entry.sent;
        if (answer !== "by-them" && isUnsent) say(answer, (hidden) => overtakenNotice(answer, false, hidden));
      }
    },
    view: () => [...entries.values()].map(viewOf),
    drop,
    close: letAllGo,
  };
}

function noticeId(approval: string): string {
  return `decision ${approval}`;
}

function latest({ approvals }: ConsoleState, shown: ApprovalView): ApprovalView {
  return approvals.find(({ id }) => id === shown.id) ?? shown;
}

function viewOf(entry: Entry): NotifiedDecision {
  const { shown, verdict } = entry;
  const of = { approval: shown.id, tool: shown.tool, connection: shown.connection, verdict };
  if (entry.step === "held") return { step: "held", ...of, sendsAtMs: entry.sendsAtMs };
  return { step: "failed", ...of, code: entry.error.code };
}

/** The presence is signed with it, and the gateway takes it only under a `quick` rule. */
async function signAndSend(client: Pick<Client, "call">, { shown, verdict }: Clicked): Promise<Result<unknown>> {
  const { id, payload } = shown;
  try {
    const covered = await digest({ arguments: payload.arguments, hidden: payload.hidden });
    const decision = { id, step: openStep(shown), verdict, reason: "", digest: covered };
    return await client.call("approvals.decide", decision, "notification");
  } catch (error) {
    report("A decision from a notification failed", error);
    return { ok: false, error: toFailure(error) };
  }
}
