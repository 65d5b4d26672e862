import { entryKind } from "../../shared/entry-kind.ts";
import { words } from "../words.ts";

/** What an entry of this kind says; one of a newer gateway's kind says its own name. */
export function kindWord(kind: string): string {
  const known = entryKind.safeParse(kind);
  return (known.success ? words.search.kinds[known.data] : undefined) ?? kind;
}
