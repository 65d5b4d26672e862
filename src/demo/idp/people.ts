import { createHash } from "node:crypto";

/** Somebody who can sign in. `id` is short and stable, such as `engineer`. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly groups: readonly string[];
}

/** The two people of every demo. */
export const demoPeople: readonly Person[] = [
  { id: "engineer", name: "Erin Engineer", email: "erin@example.test", groups: ["engineers"] },
  { id: "approver", name: "Avery Approver", email: "avery@example.test", groups: ["approvers", "auditors"] },
];

/** A person's object id in the Entra-shaped tenant (`oid`): a UUID that is the same at every start. */
export function entraObjectId(personId: string): string {
  const hex = createHash("sha256").update(`countersign demo person ${personId}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A person's user id in the Okta-shaped organisation (`uid`), the same at every start. */
export function oktaUserId(personId: string): string {
  return `00u${createHash("sha256").update(`countersign demo person ${personId}`).digest("hex").slice(0, 17)}`;
}
