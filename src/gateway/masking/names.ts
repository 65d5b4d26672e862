import { maskText, type Detectors, type MaskedText } from "./detectors.ts";
import type { Fields } from "./fields.ts";
import type { MaskMode } from "./kinds.ts";
import { speaksOfSocialSecurity } from "./ssn.ts";

/** What a member's name says about its value, and about itself. */
export interface NameFacts {
  /** How its value is masked wholly; null where its name alone doesn't say so. */
  readonly field: MaskMode | null;
  /** A path of the configuration could end here. */
  readonly mayEndPath: boolean;
  /** Nine bare digits under it are a social-security number. */
  readonly labelled: boolean;
  /** The name itself holds something to mask. */
  readonly masked: MaskedText | null;
}

export type Names = (name: string) => NameFacts;

/** Names repeat in every record, so the common ones are judged once. */
const mostKept = 4000;
const longestKept = 64;

/** Judges member names by the configured fields, whatever their case, and by the detectors. */
export function createNames(fields: Fields, detectors: Detectors): Names {
  const kept = new Map<string, NameFacts>();
  return (name) => {
    const known = kept.get(name);
    if (known !== undefined) return known;
    const facts: NameFacts = {
      field: fields.byName(name),
      mayEndPath: fields.mayEnd(name),
      labelled: speaksOfSocialSecurity(name),
      masked: maskText(name, detectors, false),
    };
    if (name.length <= longestKept && facts.masked === null) {
      if (kept.size >= mostKept) kept.clear();
      kept.set(name, facts);
    }
    return facts;
  };
}

/** Masked names stay unique within their object: the second of one spelling becomes `NAME (2)`. */
export function uniqueName(name: string, seen: Map<string, number>): string {
  const count = (seen.get(name) ?? 0) + 1;
  seen.set(name, count);
  return count === 1 ? name : `${name} (${count})`;
}
