import type { z } from "zod";
import { accessBodies } from "./entry-bodies-access.ts";
import { approvalBodies } from "./entry-bodies-approvals.ts";
import { callBodies } from "./entry-bodies-calls.ts";
import type { EntryKind } from "./entry-kind.ts";

/**
 * The body of each kind of entry, version 1: every member that this version writes, by its description (docs/ledger-entries.md is made from
 * them). What a later version adds is optional here, as older entries lack it; a reader passes over members that it doesn't know.
 */
export const entryBodies = { ...accessBodies, ...callBodies, ...approvalBodies } as const satisfies Readonly<
  Record<EntryKind, z.ZodObject>
>;
