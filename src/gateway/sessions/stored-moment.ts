import { z } from "zod";
import type { AuditLine } from "../../shared/audit-search.ts";

/** The text of an entry's body: here, in the file of this digest (of which `text` is the beginning), or nowhere any more. */
export const storedBody = z.discriminatedUnion("at", [
  z.object({ at: z.literal("row"), text: z.string() }),
  z.object({ at: z.literal("file"), text: z.string(), digest: z.string(), bytes: z.number() }),
  z.object({ at: z.literal("erased"), how: z.string().optional() }),
]);
export type StoredBody = z.infer<typeof storedBody>;

/** An entry of a session as the ledger stores it: `leaf` is the exact text that was hashed, `salt` base64url. */
export interface StoredMoment {
  readonly line: AuditLine;
  readonly leaf: string;
  readonly salt: string | null;
  /** Names of principals by id, as far as they are known. */
  readonly names: Readonly<Record<string, string>>;
  readonly body: StoredBody;
}

/** A piece of an export: text, or the whole text of the file of this digest. */
const piece = z.union([z.string(), z.object({ file: z.string() })]);
export type Piece = z.infer<typeof piece>;

/** A part of an export, and the entry to go on after, null at its end; null where there is no such session. `indexed`: so many entries of the ledger were read for it. */
export const exportPart = z.object({
  found: z.object({ pieces: z.array(piece), next: z.number().nullable() }).nullable(),
  indexed: z.number(),
});
export type ExportPart = z.infer<typeof exportPart>;
