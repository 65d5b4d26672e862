import type { Sliced } from "../../shared/slices.ts";
import type { Taken } from "./digits.ts";
import type { Folded } from "./folding.ts";
import type { MaskMode } from "./kinds.ts";
import type { Json } from "../../shared/json.ts";
import { maskMark } from "./marks.ts";
import { prefixLength } from "./token-prefixes.ts";

/** A place to hide: `[start, end)` counts UTF-16 units of the text. */
export interface Spot {
  readonly start: number;
  readonly end: number;
  /** A detector's or a pattern's name. */
  readonly kind: string;
  readonly mode: MaskMode;
  /** What was found, as folded. */
  readonly found: string;
  /** Stands around its mark where the place needs a string. */
  readonly quote?: string;
}

/** Spots in order, each two that overlap joined and hidden wholly. */
export function* joined(groups: readonly (readonly Spot[])[]): Sliced<readonly Spot[]> {
  const result: Spot[] = [];
  for (const near of yield* neighbourhoods(groups)) {
    for (const spot of near.sort((one, two) => one.start - two.start)) {
      const last = result.at(-1);
      if (last === undefined || spot.start >= last.end) result.push(spot);
      else result[result.length - 1] = { ...last, end: Math.max(last.end, spot.end), mode: "redact" };
    }
    yield;
  }
  return result;
}

/** A neighbourhood's length, in characters; very many spots are sorted one neighbourhood after the other. */
const neighbourhood = 8192;

function* neighbourhoods(groups: readonly (readonly Spot[])[]): Sliced<readonly Spot[][]> {
  const count = groups.reduce((sum, { length }) => sum + length, 0);
  if (count < neighbourhood / 8) return [groups.flat()];
  const places: Spot[][] = [];
  let seen = 0;
  for (const group of groups) {
    for (const spot of group) {
      const place = Math.floor(spot.start / neighbourhood);
      while (places.length <= place) places.push([]);
      places[place]?.push(spot);
      seen += 1;
      if (seen % neighbourhood === 0) yield;
    }
  }
  return places;
}

/** What stands in a spot's place. It begins with the mask mark or holds it, so that it is known when it comes back as an argument. */
export function markOf(spot: Spot, text: string, pseudonym: (value: string) => string): string {
  switch (spot.mode) {
    case "redact":
    case "drop":
      return maskMark;
    case "pseudonym":
      return pseudonymMark(spot, pseudonym);
    case "partial":
      return partialMark(spot, text);
    default:
      return spot.mode satisfies never;
  }
}

/** The mark of a value that stands for it wherever it occurs. */
function pseudonymMark({ kind, found }: Pick<Spot, "kind" | "found">, pseudonym: (value: string) => string): string {
  return maskMark + pseudonym(samely(kind, found));
}

/** The mark of a configured field's whole value. */
export function fieldMark(value: Json, mode: MaskMode, pseudonym: (value: string) => string): string {
  if (typeof value === "object" || mode === "redact" || mode === "drop") return maskMark;
  const found = String(value);
  return mode === "partial" ? partial(found) : pseudonymMark({ kind: "field", found }, pseudonym);
}

/** One spelling for one value. */
function samely(kind: string, found: string): string {
  switch (kind) {
    case "card":
    case "ssn":
    case "phone":
      return found.replace(/\D/g, "");
    case "iban":
      return found.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
    case "email":
    case "ip":
      return found.toLowerCase();
    default:
      return found;
  }
}

function partialMark({ kind, found, start, end }: Spot, text: string): string {
  switch (kind) {
    case "card":
    case "ssn":
      return maskMark + found.replace(/\D/g, "").slice(-4);
    case "phone":
      return maskMark + found.replace(/\D/g, "").slice(-2);
    case "iban":
      return maskMark + found.replace(/[^0-9A-Za-z]/g, "").slice(-4);
    case "email":
      // The domain as it was written; whatever folds to @ is one character of the text.
      return maskMark + domainOf(text.slice(start, end));
    case "token":
      return found.slice(0, prefixLength(found)) + maskMark;
    case "ip":
      return found.includes(":") ? maskMark : `${found.split(".").slice(0, 2).join(".")}.${maskMark}`;
    case "jwt":
    case "private-key":
      return maskMark;
    default:
      return partial(found);
  }
}

/** The last four characters of what is long enough to keep its secret without them. */
function partial(text: string): string {
  return text.length >= 12 ? maskMark + text.slice(-4) : maskMark;
}

function domainOf(address: string): string {
  return address.slice(address.search(/[@\uff20\ufe6b]/));
}

/** A detector's match as a spot of the text that was folded. */
export function spotOf({ spans }: Folded, match: Taken, mode: MaskMode, text: string): Spot {
  const start = spans === null ? match.start : (spans.starts[match.start] as number);
  const end = spans === null ? match.end : (spans.ends[match.end - 1] as number);
  // Folding makes one of all letters outside ASCII; the pseudonyms of two addresses must not be.
  const found = match.kind === "email" ? seen(text.slice(start, end)) : match.found;
  return { start, end, kind: match.kind, mode, found };
}

function seen(text: string): string {
  return text.normalize("NFKC").replace(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "");
}
