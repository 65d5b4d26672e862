import { CountersignError } from "../../shared/errors.ts";
import type { GrantView } from "../../shared/grant.ts";
import type { Json } from "../../shared/json.ts";
import type { HeldCall } from "../approvals/turn.ts";
import type { Exceeded } from "../policy/limits.ts";
import type { Principal } from "../identity/principal.ts";
import type { GrantRecord } from "../store/grants.ts";
import type { Store, Writes } from "../store/store.ts";
import { covers } from "./covers.ts";
import { argumentDigest, type GrantedCall } from "./offer.ts";
import { end } from "./records.ts";
import { endedBy, type GrantBonds } from "./standing.ts";
import { grantFor, mayRevoke } from "./view.ts";
import { countUse, isOwed } from "./using.ts";

export interface GrantsOptions extends GrantBonds {
  readonly store: Store;
  readonly now: () => number;
  /** HMAC-SHA-256 over the canonical text, base64url. */
  readonly keyedDigest: (value: Json) => string;
}

/** How often all that live are looked at, in milliseconds: there may be thousands. */
const checkMs = 15_000;

/** The call that would use a grant: the id of its record, and what its rule's limits say once a grant is found. */
interface Using {
  readonly id: string;
  readonly admit: () => Exceeded | null;
}

export type Use =
  | { readonly kind: "used"; readonly grant: GrantRecord }
  /** A grant stands for it, and the rule's limits are against it. */
  | { readonly kind: "limited"; readonly exceeded: Exceeded };

/** Approvers' signed permissions for later calls (rule 3): found, counted, shown and ended. They are made beside a decision. */
export class Grants {
  readonly #options: GrantsOptions;
  readonly #digests = new WeakMap<GrantedCall, Map<string, string>>();
  #checkedAtMs = 0;

  constructor(options: GrantsOptions) {
    this.#options = options;
  }

  /** Whether some grant that lives may let this call through, so that it is worth asking for the tool's fingerprint. */
  mayServe(call: GrantedCall, ruleVersion: string): boolean {
    const live = this.#options.store.grants.live(call.principal, call.connection, call.tool);
    return live.some((grant) => this.#fits(grant, call, ruleVersion));
  }

  /**
   * Takes one use of a grant for this call, or returns null where none stands for it. Decided and counted within the commit that records
   * the request, before anything is forwarded: a crash can only lose a use. A grant that is found to have ended is ended.
   */
  use(writes: Writes, held: HeldCall, call: GrantedCall, { id, admit }: Using): Use | null {
    const nowMs = this.#options.now();
    // An identical call that is held, runs, or has an answer waiting comes first: one runs (rule 4).
    if (isOwed(writes, held.lookup, nowMs)) return null;
    for (const grant of writes.grants.live(call.principal, call.connection, call.tool)) {
      if (!this.#fits(grant, call, held.effect.rule.version)) continue;
      const ended = endedBy(writes, this.#options, grant, nowMs, held.fingerprint);
      if (ended !== null) end(writes, grant, { ...ended, by: null }, nowMs);
      // A session that was opened before a reload may lead elsewhere than the connection does now.
      if (ended !== null || held.place !== grant.place || held.refusalNow(grant) !== null) continue;
      const exceeded = admit();
      if (exceeded !== null) return { kind: "limited", exceeded };
      return { kind: "used", grant: countUse(writes, grant, id, nowMs) };
    }
    return null;
  }

  /** All that this principal may see, the newest first. */
  list(principal: Principal): readonly GrantView[] {
    return this.#options.store.grants.all().flatMap((record) => this.seenBy(principal, record) ?? []);
  }

  /** The grant as this principal may see it, or null: then it doesn't exist for them. */
  seenBy(principal: Principal, record: GrantRecord): GrantView | null {
    return grantFor(principal, record, this.#options.personOf(record.principal.id));
  }

  /** Ends a grant at this principal's word; one that has ended stays as it is. Throws CountersignError `not_found` or `not_allowed`. */
  async revoke(principal: Principal, id: string): Promise<GrantView> {
    const { store, now } = this.#options;
    const revoked = await store.commit((writes) => {
      const record = writes.grants.get(id);
      const view = record === undefined ? null : this.seenBy(principal, record);
      if (record === undefined || view === null) throw new CountersignError("not_found", "There is no such grant.");
      if (!mayRevoke(principal, view))
        throw new CountersignError(
          "not_allowed",
          "Only its holder, its rule's approvers and administrators may revoke it.",
        );
      if (record.state !== "live") return record;
      const how = { state: "revoked", why: `Revoked by ${principal.name}.`, by: principal.id } as const;
      return end(writes, record, how, now());
    });
    const view = this.seenBy(principal, revoked);
    if (view === null) throw new CountersignError("internal", "A grant that was seen is seen no more.");
    return view;
  }

  /**
   * Ends, with their entries, those that are over or whose rule, tool, device or people have changed. A sweep looks at time alone but
   * every fifteen seconds; a call that would use a grant finds all of it by itself.
   */
  async endDue(when: "sweep" | "now" = "sweep"): Promise<void> {
    const { store, now } = this.#options;
    const whole = when === "now" || Math.abs(now() - this.#checkedAtMs) >= checkMs;
    if (whole) this.#checkedAtMs = now();
    const suspects = whole ? store.grants.allLive() : store.grants.overdue(now());
    const due = suspects.filter((grant) => endedBy(store, this.#options, grant, now()) !== null);
    if (due.length === 0) return;
    await store.commit((writes) => {
      for (const { id } of due) {
        const grant = writes.grants.get(id);
        if (grant?.state !== "live") continue;
        const ended = endedBy(writes, this.#options, grant, now());
        if (ended !== null) end(writes, grant, { ...ended, by: null }, now());
      }
    });
  }

  #fits(grant: GrantRecord, call: GrantedCall, ruleVersion: string): boolean {
    if (grant.rule.version !== ruleVersion) return false;
    return covers(grant.constraints, call.arguments, (name, value) => this.#digestOf(call, name, value));
  }

  /** Each argument of a call once: it may be as long as a request, and dozens of grants may be compared with it. */
  #digestOf(call: GrantedCall, name: string, value: Json): string {
    const digests = this.#digests.get(call) ?? new Map<string, string>();
    this.#digests.set(call, digests);
    const digest = digests.get(name) ?? argumentDigest(this.#options.keyedDigest, call, name, value);
    digests.set(name, digest);
    return digest;
  }
}
