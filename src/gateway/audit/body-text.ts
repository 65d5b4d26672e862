import { isJson, isJsonObject, type JsonObject } from "../../shared/json.ts";

/** The body of this text; null where it is none: what stands in the ledger's file somebody may have changed. */
export function bodyIn(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) && isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
