import { createHash } from "node:crypto";
import { z } from "zod";
import { approverStep, maskedPayload, risk } from "../../shared/approval.ts";
import { canonical } from "../../shared/json.ts";
import { DecidingDevices } from "./deciding-devices.ts";
import { checkDecision, type HeldAsSigned } from "./decision-check.ts";
import { Counts, Listed, type Chapter, type Listing, type ReportedEntry } from "./chapter.ts";

export interface DecisionsReport {
  /** Requests that began to wait, by risk. */
  readonly held: ReturnType<Counts["rows"]>;
  /** How those ended that ended in the period. */
  readonly ended: ReturnType<Counts["rows"]>;
  readonly decisions: number;
  readonly all: Listing<Decided>;
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

/** One decision. What only its signature says is null where that does not hold: it is nobody's word. */
export interface Decided {
  readonly entry: number;
  readonly atMs: number;
  readonly approval: string;
  readonly verdict: "approve" | "deny";
  readonly by: string;
  readonly principal: string;
  readonly tool: string;
  readonly connection: string;
  readonly device: string | null;
  readonly presence: string | null;
  readonly reason: string | null;
  /** Why it counts for nothing; null where its signature holds. */
  readonly unverified: string | null;
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

/** A request that waits: what a decision about it must say, how many approvals it needs, and who gave theirs, verified. */
interface Waiting extends HeldAsSigned {
  readonly needs: number;
  readonly atMs: number;
  readonly approvers: Set<string>;
}

const ends = ["denied", "expired", "withdrawn", "lapsed", "executed", "failed", "unknown"];
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
  readonly #all = new Listed<Decided>();
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
      all: this.#all.listing(),
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
    const checked = decision === undefined ? null : await checkDecision(decision, by, waiting, this.#devices);
    const signed = checked !== null && "payload" in checked ? checked : null;
    if (signed?.payload.verdict === "approve") waiting?.approvers.add(by);
    if (!isWithin) return;
    if (waiting !== undefined && kind !== "decision.recorded") this.#tookMs.push(atMs - waiting.atMs);
    const { principal, tool, connection, rule } = found.data;
    const reason = signed?.payload.reason ?? null;
    if (kind === "approval.denied") {
      const who = by === "" ? null : by;
      this.#denials.add({ entry: seq, atMs, principal, tool, connection, rule: rule.name, by: who, reason });
    }
    if (checked === null) return;
    this.#decisions += 1;
    const why = "why" in checked ? checked.why : null;
    if (why === null) this.#verified += 1;
    else this.#unverified.add({ entry: seq, approval, why });
    const verdict = signed?.payload.verdict ?? (kind === "approval.denied" ? "deny" : "approve");
    const [device, presence] = [signed?.device ?? null, signed?.payload.presence ?? null];
    const said = { verdict, by, principal, tool, connection, device, presence, reason };
    this.#all.add({ entry: seq, atMs, approval, ...said, unverified: why });
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
}

function needed(need: number | "any" | "all", groups: number): number {
  return need === "any" ? 1 : need === "all" ? groups : need;
}
