import type { Activity, ActivityBy } from "../../shared/audit-activity.ts";
import type { ConsoleBridge } from "../../shared/bridge.ts";
import type { ConsoleState } from "../../shared/console.ts";
import type { Failure } from "../../shared/errors.ts";
import { personOf } from "../../shared/signed-in.ts";
import { createStore, type Store } from "../store.ts";
import { spanOf, type Period } from "./periods.ts";

/** What the activity page shows: what was asked for last, and the figures that came last, which stay while others are read. */
export interface Counted {
  readonly by: ActivityBy;
  readonly period: Period;
  readonly got: { readonly by: ActivityBy; readonly period: Period; readonly activity: Activity } | null;
  readonly at: "unread" | "reading" | "read" | "failed";
  readonly error: Failure | null;
  /** Which row is drawn alone, by `rowId`; null: all of it. */
  readonly only: string | null;
}

const unread: Counted = { by: "connection", period: "week", got: null, at: "unread", error: null, only: null };

/** Reads what went on for an auditor, while the page is looked at: each reading is a look into the ledger that is recorded. */
export class ActivityReading {
  readonly #counted = createStore<Counted>(unread);
  readonly counted: Store<Counted> = this.#counted;
  readonly #bridge: Pick<ConsoleBridge, "auditActivity">;
  #question = 0;
  #offsetMs = 0;
  #who: string | null = null;

  constructor(bridge: Pick<ConsoleBridge, "auditActivity">) {
    this.#bridge = bridge;
  }

  readonly ask = (wanted: Partial<Pick<Counted, "by" | "period">>): void => {
    this.#change({ ...wanted, only: null });
    this.again();
  };

  readonly draw = (only: string | null): void => this.#change({ only });

  readonly again = (): void => {
    this.#change({ at: "reading" });
    void this.#read();
  };

  /** What one auditor read is not the next person's. */
  readonly follow = (state: ConsoleState): void => {
    this.#offsetMs = state.gateway.clockOffsetMs;
    const person = personOf(state);
    if (person === undefined) return;
    const who = state.roles.includes("auditor") ? person : null;
    if (who !== this.#who) {
      this.#question += 1;
      this.#counted.set(unread);
    }
    this.#who = who;
  };

  async #read(): Promise<void> {
    const mine = ++this.#question;
    const { by, period } = this.#counted.get();
    const answer = await this.#bridge.auditActivity({ by, ...spanOf(period, this.#offsetMs) });
    if (mine !== this.#question) return;
    if (answer.ok) this.#change({ got: { by, period, activity: answer.value }, at: "read", error: null });
    else this.#change({ at: "failed", error: answer.error });
  }

  #change(part: Partial<Counted>): void {
    this.#counted.set({ ...this.#counted.get(), ...part });
  }
}
