import { createHash } from "node:crypto";
import { z } from "zod";
import { approverStep, decisionPayload, decisionType, maskedPayload, risk } from "../../shared/approval.ts";
import { CountersignError } from "../../shared/errors.ts";
import { canonical } from "../../shared/json.ts";
import { verifySigned } from "../identity/signed.ts";
import { DecidingDevices } from "./deciding-devices.ts";
import { Counts, Listed, type Chapter, type Listing, type ReportedEntry } from "./chapter.ts";

export interface DecisionsReport {
  /** Requests that began to wait, by risk. */
  readonly held: ReturnType<Counts["rows"]>;
  /** How those ended that ended in the period. */
  readonly ended: ReturnType<Counts["rows"]>;
  readonly decisions: number;
  /** Their signature holds by a device that the ledger enrolled for whoever decided, and says what was held. */
  readonly verified: number;
  readonly unverified: Listing<{ readonly entry: number; readonly approval: string; readonly why: string }>;
  /** Held calls that ran, and those of them that ran without as many verified approvals as their steps ask for. */
  readonly ran: number;
  readonly ranUnproven: Listing<{ readonly entry: number; readonly approval: string; readonly why: string }>;
  readonly denials: Listing<Denial>;
  /** From the request to what ended the waiting, of those that somebody decided; null without. */
  readonly medianMs: number | null;
}

export interface Denial {
  readonly entry: number;
  readonly atMs: number;
  readonly principal: string;
  readonly tool: string;
  readonly connection: string;
  readonly rule: string;
  readonly by: string | null;
  readonly reason: string | null;
}

const held = z.object({
  approval: z.string(),
  connection: z.string(),
  tool: z.string(),
  fingerprint: z.string(),
  arguments: z.string(),
  principal: z.string(),
  rule: z.object({ name: z.string(), version: z.string() }),
});
const pending = held.extend({ risk, steps: z.array(approverStep), payload: maskedPayload });
const decided = held.extend({ decision: z.string().optional(), by: z.string().optional() });
const signedKind = { typ: decisionType, payload: decisionPayload, noun: "decision" };

/** A request that waits: what a decision about it must say, how many approvals it needs, and who gave theirs, verified. */
interface Waiting {
  readonly asked: Readonly<Record<string, unknown>>;
  readonly requester: string;
  readonly needs: number;
  readonly atMs: number;
  readonly approvers: Set<string>;
}

const ends = ["approved", "denied", "expired", "withdrawn", "lapsed", "executed", "failed", "unknown"];
const lasts = ["denied", "expired", "withdrawn", "lapsed", "claimed"];

/** Held calls and who decided on them how: each signature is checked again, by nothing but what the ledger says (CC6.3, CC7.3). */
export class DecisionsChapter implements Chapter {
  readonly #devices = new DecidingDevices();
  readonly #waiting = new Map<string, Waiting>();
  readonly #held = new Counts();
  readonly #ended = new Counts();
  readonly #unverified = new Listed<{ entry: number; approval: string; why: string }>();
  readonly #ranUnproven = new Listed<{ entry: number; approval: string; why: string }>();
  readonly #denials = new Listed<Denial>();
  readonly #tookMs: number[] = [];
  #decisions = 0;
  #verified = 0;
  #ran = 0;

  async take(entry: ReportedEntry): Promise<void> {
    const { kind, body, isWithin } = entry;
    if (kind.startsWith("device.")) this.#devices.take(entry);
    else if (kind === "approval.pending") this.#opens(entry);
    else if (kind === "decision.recorded") await this.#decides(entry);
    else if (kind.startsWith("approval.")) {
      const state = kind.slice("approval.".length);
      if (isWithin && ends.includes(state)) this.#ended.add(state);
      if (state === "approved" || state === "denied") await this.#decides(entry);
      if (state === "claimed") this.#runs(entry);
      const approval = z.object({ approval: z.string() }).safeParse(body);
      if (lasts.includes(state) && approval.success) this.#waiting.delete(approval.data.approval);
    }
  }

  report(): DecisionsReport {
    const took = this.#tookMs.toSorted((one, other) => one - other);
    return {
      held: this.#held.rows(),
      ended: this.#ended.rows(),
      decisions: this.#decisions,
      verified: this.#verified,
      unverified: this.#unverified.listing(),
      ran: this.#ran,
      ranUnproven: this.#ranUnproven.listing(),
      denials: this.#denials.listing(),
      medianMs: took[Math.floor(took.length / 2)] ?? null,
    };
  }

  #opens({ body, isWithin, atMs }: ReportedEntry): void {
    const found = pending.safeParse(body);
    if (!found.success) return;
    const { approval, connection, tool, fingerprint, principal, rule, steps, payload, arguments: digest } = found.data;
    if (isWithin) this.#held.add(found.data.risk);
    const shown = { arguments: payload.arguments, hidden: payload.hidden.map(({ path, kind }) => ({ path, kind })) };
    this.#waiting.set(approval, {
      asked: {
        approval,
        connection,
        tool,
        fingerprint,
        principal,
        arguments: digest,
        payload: createHash("sha256").update(canonical(shown)).digest("base64url"),
        rule: canonical({ name: rule.name, version: rule.version }),
      },
      requester: principal,
      needs: steps.reduce((sum, { approvers, need }) => sum + needed(need, approvers.length), 0),
      atMs,
      approvers: new Set(),
    });
  }

  async #decides({ body, isWithin, atMs, seq, kind }: ReportedEntry): Promise<void> {
    const found = decided.safeParse(body);
    if (!found.success) return;
    const { approval, decision, by = "" } = found.data;
    const waiting = this.#waiting.get(approval);
    const checked = decision === undefined ? null : await this.#check(decision, by, waiting);
    if (checked !== null && "reason" in checked && checked.verdict === "approve") waiting?.approvers.add(by);
    if (!isWithin) return;
    if (waiting !== undefined && kind !== "decision.recorded") this.#tookMs.push(atMs - waiting.atMs);
    if (kind === "approval.denied") {
      const reason = checked !== null && "reason" in checked ? checked.reason : null;
      const { principal, tool, connection, rule } = found.data;
      const who = by === "" ? null : by;
      this.#denials.add({ entry: seq, atMs, principal, tool, connection, rule: rule.name, by: who, reason });
    }
    if (checked === null) return;
    this.#decisions += 1;
    if ("reason" in checked) this.#verified += 1;
    else this.#unverified.add({ entry: seq, approval, why: checked.why });
  }

  #runs({ body, isWithin, seq }: ReportedEntry): void {
    const found = held.safeParse(body);
    if (!found.success || !isWithin) return;
    const { approval } = found.data;
    const waiting = this.#waiting.get(approval);
    this.#ran += 1;
    if (waiting === undefined) {
      this.#ranUnproven.add({ entry: seq, approval, why: "the request that was approved is not in the ledger" });
    } else if (waiting.approvers.size < waiting.needs) {
      const why = `${waiting.approvers.size} verified of the ${waiting.needs} approvals that it needs`;
      this.#ranUnproven.add({ entry: seq, approval, why });
    }
  }

  /** What was signed, where the signature holds by whoever decided and says what was held; otherwise why not. */
  async #check(
    jws: string,
    by: string,
    waiting: Waiting | undefined,
  ): Promise<{ readonly verdict: string; readonly reason: string } | { readonly why: string }> {
    if (waiting === undefined) return { why: "the request that it is about is not in the ledger" };
    try {
      const { payload } = await verifySigned(jws, signedKind, { id: by }, this.#devices);
      const { rule, ...signed } = payload;
      const said: Readonly<Record<string, unknown>> = { ...signed, rule: canonical(rule) };
      const wrong = Object.entries(waiting.asked).find(([name, value]) => said[name] !== value);
      if (wrong !== undefined) return { why: `what was signed is not what was held: ${wrong[0]} differs` };
      if (by === waiting.requester) return { why: "whoever asked decided on it" };
      return { verdict: payload.verdict, reason: payload.reason };
    } catch (error) {
      if (error instanceof CountersignError && error.code === "unknown_device")
        return { why: "no device that the ledger lets decide for whoever is named signed it" };
      return { why: error instanceof Error ? error.message : "it can't be read" };
    }
  }
}

function needed(need: number | "any" | "all", groups: number): number {
  return need === "any" ? 1 : need === "all" ? groups : need;
}
