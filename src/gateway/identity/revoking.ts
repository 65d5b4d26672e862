import { CountersignError } from "../../shared/errors.ts";
import type { Approvals } from "../approvals/approvals.ts";
import type { Sessions } from "../mcp/sessions.ts";
import type { Store } from "../store/store.ts";
import type { Origin } from "../admitting.ts";
import type { Admission } from "./admission.ts";
import type { GatewaySessions } from "./gateway-sessions.ts";
import type { Lasting } from "./lasting.ts";
import type { Present } from "./present.ts";
import type { Principal } from "./principal.ts";
import type { Revocations } from "./revocations.ts";

/** What a revocation touches. */
export interface Revoked {
  readonly store: Store;
  readonly approvals: Pick<Approvals, "endOf">;
  readonly conversations: Pick<Sessions, "closeOf">;
  readonly sessions: GatewaySessions;
  readonly lasting: Lasting;
  readonly present: Present;
  readonly revocations: Revocations;
  readonly personOf: (id: string) => string;
  readonly now: () => number;
}

/** Revokes what it is told, durably first, then everywhere at once: sessions, streams, held calls (docs/protocol.md). Throws CountersignError `not_found` or `not_allowed`. */
export class Revoking {
  readonly #parts: Revoked;

  constructor(parts: Revoked) {
    this.#parts = parts;
  }

  /** All of a person: their tokens, sessions and devices are refused until they are restored. */
  async principal(by: Principal, id: string, from: Origin): Promise<void> {
    const { approvals, conversations, present, revocations, personOf, now } = this.#parts;
    requireAdmin(by);
    const person = personOf(id);
    const isTheirs = (other: string): boolean => other === id || personOf(other) === person;
    const record = { kind: "principal", id, atMs: now(), by: by.id } as const;
    await approvals.endOf(
      ({ requester }) => isTheirs(requester.id),
      { by: by.id, why: "Its requester was revoked." },
      (writes) => {
        writes.revocations.put(record);
        writes.append("principal.revoked", { principal: id, by: by.id, ...from });
      },
    );
    revocations.note(record);
    present.forget(isTheirs);
    this.#end(({ principal }) => isTheirs(principal.id));
    await conversations.closeOf(isTheirs, "its principal was revoked");
  }

  /** Lets a person in again, under whichever of their ids they were revoked. */
  async restore(by: Principal, id: string, from: Origin): Promise<void> {
    const { store, revocations, personOf } = this.#parts;
    requireAdmin(by);
    const lifted = await store.commit((writes) => {
      const all = writes.revocations.all().filter(({ kind }) => kind === "principal");
      const ids = all.map((each) => each.id).filter((each) => each === id || personOf(each) === personOf(id));
      if (ids.length === 0) throw new CountersignError("not_found", "This principal is not revoked.");
      for (const each of ids) {
        writes.revocations.remove("principal", each);
        writes.append("principal.restored", { principal: each, by: by.id, ...from });
      }
      return ids;
    });
    for (const each of lifted) revocations.forget(each);
  }

  /** A device, for good: its key is enrolled for nobody again. By its owner or an administrator. */
  async device(by: Principal, id: string, from: Origin): Promise<void> {
    const { store, personOf, now } = this.#parts;
    await store.commit((writes) => {
      const device = writes.devices.get(id);
      const isOwn = device !== undefined && personOf(device.principal) === personOf(by.id);
      if (device === undefined || (!isOwn && !by.roles.includes("admin")))
        throw new CountersignError("not_found", "There is no such device.");
      writes.devices.put({ ...device, removed: { atMs: now(), by: by.id } });
      writes.append("device.removed", { device: id, principal: device.principal, by: by.id, address: from.address });
    });
    this.#end(({ session }) => session?.device === id);
  }

  /** One session: its key begins no other until its person has signed in anew. By its person or an administrator. */
  async session(by: Principal, id: string, from: Origin): Promise<void> {
    const { store, sessions, revocations, personOf, now } = this.#parts;
    const session = sessions.all().find((each) => each.id === id);
    const isOwn = session !== undefined && personOf(session.principal.id) === personOf(by.id);
    if (session === undefined || (!isOwn && !by.roles.includes("admin")))
      throw new CountersignError("not_found", "There is no such session, or it has ended.");
    const record = { kind: "session", id, key: session.key, atMs: now(), by: by.id } as const;
    await store.commit((writes) => {
      writes.revocations.put(record);
      writes.append("gateway-session.revoked", { session: id, principal: session.principal.id, by: by.id, ...from });
    });
    revocations.note(record);
    this.#end((admission) => admission.session?.id === id);
  }

  /** Ends what those have who are let in no more, by a configuration that has lost their issuer. */
  shut(isLetIn: (id: string) => boolean): void {
    this.#parts.present.forget((id) => !isLetIn(id));
    this.#end(({ principal }) => !isLetIn(principal.id));
  }

  #end(isRevoked: (admission: Admission) => boolean): void {
    const { sessions, lasting } = this.#parts;
    for (const session of sessions.all())
      if (isRevoked({ principal: session.principal, session })) sessions.end(session);
    lasting.revoke(isRevoked);
  }
}

function requireAdmin({ roles }: Principal): void {
  if (!roles.includes("admin")) throw new CountersignError("not_allowed", "Only the role admin may do this.");
}
