import { revocation } from "../shared/device.ts";
import { CountersignError } from "../shared/errors.ts";
import { visibleLine } from "../shared/visible.ts";
import { withOwner } from "./owner.ts";
import type { Terminal } from "./terminal.ts";

/** Ends a principal, a device or a session at the gateway, at once. */
export async function revokeAccess(profile: string, terminal: Terminal, kind: string, id: string): Promise<void> {
  const what = revocation.safeParse({ kind, id });
  if (!what.success) throw new CountersignError("usage", "revoke takes principal, device or session, and its id.");
  await withOwner(profile, (owner) => owner.ask("access.revoke", what.data));
  const back = { principal: "until admin restore", device: "for good", session: "until a new sign-in" }[what.data.kind];
  terminal.answer({ kind, id }, [
    `Revoked ${back}: ${kind} ${visibleLine(id, 200)}. Its streams and held calls have ended.`,
  ]);
}

/** Lets a principal in again. */
export async function restoreAccess(profile: string, terminal: Terminal, id: string): Promise<void> {
  await withOwner(profile, (owner) => owner.ask("access.restore", { principal: id }));
  terminal.answer({ kind: "principal", id }, [`Let in again: ${visibleLine(id, 200)}. It has to sign in anew.`]);
}
