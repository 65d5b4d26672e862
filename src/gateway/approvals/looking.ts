import type { FeedFrame } from "../../shared/feed.ts";
import { lookingFrame, type LookingFrame } from "../../shared/looking.ts";
import type { Principal } from "../identity/principal.ts";
import type { ApprovalRecord } from "../store/store.ts";
import { relationOf, seersOf, type Seers } from "./seers.ts";

/** A console at the stream's other end. */
export interface Onlooker {
  readonly principal: Principal;
  tell(frame: FeedFrame): void;
}

/** What an onlooker has open before them, and how often they said so of late. */
interface Place {
  approval: string | null;
  saidSinceMs: number;
  said: number;
}

/** More a second says nobody who reads what they open. */
const mostSaidASecond = 10;

/**
 * Who has which pending request open before them, so that two approvers don't read the same one unknowingly and its requester sees that
 * somebody does. It is kept in memory alone and decides nothing. Only those who could decide are shown, to whoever sees the request;
 * and only consoles that tell what they look at hear of others.
 */
export class Looking {
  readonly #places = new Map<Onlooker, Place>();
  /** Of those that are looked at. */
  readonly #seers = new Map<string, Seers>();
  readonly #approvals: { get(id: string): ApprovalRecord | undefined };
  readonly #now: () => number;

  constructor(approvals: { get(id: string): ApprovalRecord | undefined }, now: () => number) {
    this.#approvals = approvals;
    this.#now = now;
  }

  /** Takes what a console says; false where it is not of the protocol, or too much. */
  hear(onlooker: Onlooker, text: string): boolean {
    const said = parsed(text);
    if (said === null) return false;
    const place = this.#places.get(onlooker) ?? this.#enter(onlooker);
    if (!this.#counts(place)) return false;
    const next = said.approval !== null && this.#mayDecide(onlooker, said.approval) ? said.approval : null;
    this.#move(place, next);
    return true;
  }

  leave(onlooker: Onlooker): void {
    const place = this.#places.get(onlooker);
    this.#places.delete(onlooker);
    if (place !== undefined) this.#move(place, null);
  }

  /** An approval has changed: another step sees it, or it has ended, and its readers know by themselves that nobody looks at it any more. */
  changed(record: ApprovalRecord): void {
    if (!this.#seers.has(record.id)) return;
    if (record.state === "pending") {
      this.#seers.set(record.id, seersOf(record));
      this.#tellOf(record.id);
      return;
    }
    for (const place of this.#places.values()) if (place.approval === record.id) place.approval = null;
    this.#seers.delete(record.id);
  }

  #enter(onlooker: Onlooker): Place {
    const place: Place = { approval: null, saidSinceMs: this.#now(), said: 0 };
    this.#places.set(onlooker, place);
    for (const id of this.#seers.keys()) this.#tell(onlooker, id);
    return place;
  }

  #counts(place: Place): boolean {
    const nowMs = this.#now();
    // A clock that was set back begins anew: it would else be the same second for hours.
    if (Math.abs(nowMs - place.saidSinceMs) >= 1000) {
      place.saidSinceMs = nowMs;
      place.said = 0;
    }
    place.said += 1;
    return place.said <= mostSaidASecond;
  }

  #mayDecide({ principal }: Onlooker, id: string): boolean {
    let seers = this.#seers.get(id);
    if (seers === undefined) {
      const record = this.#approvals.get(id);
      if (record?.state !== "pending") return false;
      seers = seersOf(record);
      if (relationOf(principal, seers) === "approver") this.#seers.set(id, seers);
    }
    return relationOf(principal, seers) === "approver";
  }

  #move(place: Place, next: string | null): void {
    const before = place.approval;
    if (next === before) return;
    place.approval = next;
    for (const id of [before, next]) {
      if (id === null) continue;
      this.#tellOf(id);
      if (![...this.#places.values()].some(({ approval }) => approval === id)) this.#seers.delete(id);
    }
  }

  #tellOf(id: string): void {
    for (const onlooker of this.#places.keys()) this.#tell(onlooker, id);
  }

  /** Others than this onlooker's person, each once, by name. */
  #tell(onlooker: Onlooker, id: string): void {
    const seers = this.#seers.get(id);
    if (seers === undefined || relationOf(onlooker.principal, seers) === null) return;
    const by = new Map<string, string>();
    for (const [{ principal }, { approval }] of this.#places)
      if (approval === id && principal.person !== onlooker.principal.person) by.set(principal.person, principal.name);
    onlooker.tell({ type: "looking", approval: id, by: [...by.values()] });
  }
}

function parsed(text: string): LookingFrame | null {
  try {
    return lookingFrame.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
