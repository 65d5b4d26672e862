import type { z } from "zod";
import type { Vault } from "../vault/vault.ts";

/** A stored session, checked on its way out; what cannot be read counts as absent, and then one signs in anew. */
export async function readRecord<T>(vault: Vault, key: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await vault.get(key);
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
