import type { Sliced } from "../../shared/slices.ts";
import { take, textOf, type Taken } from "./digits.ts";

/** A label is no longer than this: -----BEGIN RSA PRIVATE KEY----- */
const longestLabel = 64;
/** How many characters are searched between two yields. */
const slice = 131_072;
const end = new Uint8Array(Buffer.from("-----END"));

/**
 * Takes the private key whose `-----BEGIN` stands at `start`: a PEM block (RFC 7468, OpenSSH, OpenPGP) up to its end line. A block without an end
 * is taken to the end of the text. `ends` are the places of every `-----END`, in order.
 */
export function findPrivateKey(codes: Uint8Array, start: number, ends: readonly number[], into: Taken[]): void {
  const label = /^-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/.exec(
    textOf(codes, start, Math.min(codes.length, start + longestLabel)),
  );
  if (label === null) return;
  const stop = firstAfter(ends, start + label[0].length);
  take(codes, { start, end: stop === undefined ? codes.length : endOfLine(codes, stop), kind: "private-key" }, into);
}

/** Where `-----END` stands in a text. */
export function* placesOfEnds(codes: Uint8Array): Sliced<readonly number[]> {
  const buffer = Buffer.from(codes.buffer, codes.byteOffset, codes.length);
  const places: number[] = [];
  for (let from = 0; from < buffer.length;) {
    const to = from + slice;
    const part = buffer.subarray(from, to + end.length - 1);
    let at = part.indexOf(end);
    let behind = 0;
    for (; at >= 0; at = part.indexOf(end, behind)) {
      places.push(from + at);
      behind = at + end.length;
    }
    from = Math.max(to, from + behind);
    yield;
  }
  return places;
}

function firstAfter(places: readonly number[], from: number): number | undefined {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] as number) < from) low = middle + 1;
    else high = middle;
  }
  return places[low];
}

function endOfLine(codes: Uint8Array, from: number): number {
  const rest = textOf(codes, from, Math.min(codes.length, from + longestLabel));
  const line = /^-----END [A-Z0-9 ]*-----/.exec(rest);
  return from + (line?.[0].length ?? end.length);
}
