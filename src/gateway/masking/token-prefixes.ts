import { isAsciiLetter, isDigit, isLetterOrDigit, take, type Taken } from "./digits.ts";

/** A kind of token: its prefix, the characters after it besides letters and digits, and the fewest of them. */
interface TokenKind {
  readonly prefix: string;
  readonly marks: string;
  readonly fewest: number;
  /** The prefix occurs in ordinary words (`task-`), so that it counts at the start of one only. */
  readonly common?: true;
  /** Ordinary words in small letters with hyphens could follow: one digit or capital at least. */
  readonly mixed?: true;
}

/** The issuers' own formats, as they publish them for secret scanning. */
const kinds: readonly TokenKind[] = [
  // AWS access key ids, permanent and temporary.
  ...["AKIA", "ASIA"].map((prefix) => ({ prefix, marks: "", fewest: 16 })),
  // AIza…: of its four characters z is the one that ordinary text has least.
  { prefix: "AIz", marks: "-_", fewest: 36, common: true },
  { prefix: "GOCSPX-", marks: "-_", fewest: 20 },
  { prefix: "ya29.", marks: "-_.", fewest: 20 },
  // GitHub, GitLab.
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map((prefix) => ({ prefix, marks: "_", fewest: 30 })),
  { prefix: "github_pat_", marks: "_", fewest: 30 },
  ...["glpat-", "gldt-", "glrt-", "glptt-", "glcbt-"].map((prefix) => ({ prefix, marks: "-_.", fewest: 20 })),
  // Slack.
  ...["xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-", "xoxe-", "xoxc-", "xoxd-", "xapp-"].map((prefix) => ({
    prefix,
    marks: "-_%",
    fewest: 10,
    mixed: true as const,
  })),
  // Stripe.
  ...["sk_live_", "sk_test_", "rk_live_", "rk_test_"].map((prefix) => ({ prefix, marks: "", fewest: 16 })),
  { prefix: "whsec_", marks: "", fewest: 20 },
  // Package registries.
  { prefix: "npm_", marks: "", fewest: 36 },
  { prefix: "pypi-", marks: "-_", fewest: 40 },
  { prefix: "dckr_pat_", marks: "-_", fewest: 20 },
  // OpenAI, Anthropic and those who copied the form; Hugging Face.
  { prefix: "sk-", marks: "-_", fewest: 20, common: true, mixed: true },
  { prefix: "hf_", marks: "", fewest: 30, common: true },
  // SendGrid, DigitalOcean, HashiCorp Vault, Shopify.
  { prefix: "SG.", marks: "-_.", fewest: 40, common: true },
  { prefix: "dop_v1_", marks: "", fewest: 40 },
  ...["hvs.", "hvb."].map((prefix) => ({ prefix, marks: "-_", fewest: 24, common: true as const })),
  ...["shpat_", "shpca_", "shppa_", "shpss_"].map((prefix) => ({ prefix, marks: "", fewest: 32 })),
];

/** The kinds by the last character of their prefix, the longest first. */
const byLast: readonly (readonly (TokenKind & { readonly codes: Uint8Array })[])[] = Array.from(
  { length: 256 },
  (_, code) =>
    kinds
      .filter(({ prefix }) => prefix.charCodeAt(prefix.length - 1) === code)
      .toSorted((one, two) => two.prefix.length - one.prefix.length)
      .map((kind) => ({ ...kind, codes: new Uint8Array(Buffer.from(kind.prefix)) })),
);

/** The last two characters of every prefix: one look tells most places apart. */
const lastPairs = new Uint8Array(65_536);
for (const { prefix } of kinds)
  lastPairs[(prefix.charCodeAt(prefix.length - 2) << 8) | prefix.charCodeAt(prefix.length - 1)] = 1;

/** Whether a token's prefix ends with the character at `last`. */
export function prefixEndsAt(codes: Uint8Array, last: number): boolean {
  if (last === 0 || lastPairs[((codes[last - 1] as number) << 8) | (codes[last] as number)] === 0) return false;
  return endsAt(codes, last);
}

function endsAt(codes: Uint8Array, last: number): boolean {
  for (const { codes: prefix } of byLast[codes[last] as number] ?? []) if (endsWith(codes, last, prefix)) return true;
  return false;
}

/** Takes the cloud or forge token whose prefix ends with the character at `last`, if there is one. */
export function findToken(codes: Uint8Array, last: number, into: Taken[]): void {
  for (const { codes: prefix, marks, fewest, common, mixed } of byLast[codes[last] as number] ?? []) {
    if (!endsWith(codes, last, prefix)) continue;
    const start = last + 1 - prefix.length;
    if (common && isLetterOrDigit(codes[start - 1])) continue;
    if (mixed && !isMixed(codes, last + 1, marks)) continue;
    const end = endOfToken(codes, last + 1, marks);
    if (end - last - 1 < fewest) continue;
    take(codes, { start, end, kind: "token" }, into);
    return;
  }
}

/** The length of the prefix of a token's text, which says what it is and no more. */
export function prefixLength(text: string): number {
  let longest = 0;
  for (const { prefix } of kinds) if (prefix.length > longest && text.startsWith(prefix)) longest = prefix.length;
  return longest;
}

function endsWith(codes: Uint8Array, last: number, prefix: Uint8Array): boolean {
  for (let back = 0; back < prefix.length; back += 1) {
    if (codes[last - back] !== prefix[prefix.length - 1 - back]) return false;
  }
  return true;
}

function endOfToken(codes: Uint8Array, from: number, marks: string): number {
  let end = from;
  while (end < codes.length && (isAsciiLetter(codes[end]) || isDigit(codes[end]) || isMark(codes[end], marks)))
    end += 1;
  return end;
}

function isMark(code: number | undefined, marks: string): boolean {
  return marks !== "" && code !== undefined && marks.includes(String.fromCharCode(code));
}

/** How far behind its prefix a token shows a digit or a capital. A bound, so that `sk-sk-sk-…` isn't read to its end from each prefix. */
const mixedWithin = 64;

function isMixed(codes: Uint8Array, from: number, marks: string): boolean {
  for (let at = from; at < codes.length && at < from + mixedWithin; at += 1) {
    const code = codes[at];
    if (isDigit(code) || (isAsciiLetter(code) && (code as number) <= 90)) return true;
    if (!isAsciiLetter(code) && !isMark(code, marks)) return false;
  }
  return false;
}
