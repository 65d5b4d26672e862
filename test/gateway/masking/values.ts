import { fc } from "../../support/fast-check.ts";

/** A raw value that a detector must find, and that detector's name. Made at run time: none of them is anybody's. */
export interface Raw {
  readonly kind: string;
  readonly value: string;
}

const digits = (count: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count }).map((list) => list.join(""));
const from = (characters: string, least: number, most = least): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...Array.from(characters)), { minLength: least, maxLength: most })
    .map((list) => list.join(""));
const lower = "abcdefghijklmnopqrstuvwxyz";
const alphanumeric = `${lower}${lower.toUpperCase()}0123456789`;

function checkDigit(body: string): string {
  let sum = 0;
  for (const [index, digit] of Array.from(body).toReversed().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return String((10 - (sum % 10)) % 10);
}

const groups = (text: string, size: number, separator: string): string =>
  (text.match(new RegExp(`.{1,${size}}`, "g")) ?? []).join(separator);

/** Spellings of digits and separators that people and programs use; each must be seen through. */
const spelling = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => text.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  (text) => text.replace(/\d/g, (digit) => String.fromCodePoint(0x0660 + Number(digit))),
  (text) => text.replace(/\d/g, (digit) => String.fromCodePoint(0x1d7ce + Number(digit))),
  (text) => text.replaceAll("-", "\u2011").replaceAll(" ", "\u00a0"),
  (text) => text.replace(/(\d)(\d)/g, "$1\u200b$2"),
);

const card = fc
  .tuple(digits(14), fc.constantFrom("", " ", "-"))
  .map(([body, separator]) => groups(`4${body}${checkDigit(`4${body}`)}`, 4, separator));
const ssn = fc
  .tuple(
    fc.integer({ min: 100, max: 665 }),
    fc.integer({ min: 10, max: 99 }),
    fc.integer({ min: 1000, max: 9999 }),
    fc.constantFrom("-", " "),
  )
  .map(([area, group, serial, separator]) => [area, group, serial].join(separator));
const phone = fc
  .tuple(fc.constantFrom("1", "44", "49", "33"), digits(9), fc.constantFrom("", " ", "-"))
  .map(([country, number, separator]) => `+${country}${separator}2${number}`);
const email = fc
  .tuple(from(lower, 4, 12), from(lower, 3, 8))
  .map(([name, host]) => `${name}.${name.slice(0, 2)}@${host}.example`);
const iban = fc.tuple(digits(18), fc.constantFrom("", " ")).map(([body, separator]) => {
  const rest = Array.from(`${body}131400`).reduce((sum, digit) => (sum * 10 + Number(digit)) % 97, 0);
  return groups(`DE${String(98 - rest).padStart(2, "0")}${body}`, 4, separator);
});
const base64url = (text: string): string => Buffer.from(text).toString("base64url");
const jwt = fc
  .tuple(from(alphanumeric, 8), from(alphanumeric, 43))
  .map(
    ([sub, signature]) =>
      `${base64url('{"alg":"RS256","typ":"JWT"}')}.${base64url(JSON.stringify({ sub }))}.${signature}`,
  );
const token = fc
  .tuple(
    fc.constantFrom("ghp_", "glpat-", "sk_live_", "npm_", "sk-ant-api03-", "xoxb-1", "AIza"),
    from(alphanumeric, 40),
  )
  .map(([prefix, rest]) => `${prefix}${rest}A1`);
const aws = from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16).map((rest) => `AKIA${rest}`);
const pem = (label: string, body: string): string => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`;
const key = from(alphanumeric, 64, 300).map((body) => pem(["PRIVATE", "KEY"].join(" "), groups(body, 64, "\n")));

const spelt = (kind: string, values: fc.Arbitrary<string>): fc.Arbitrary<Raw> =>
  fc.tuple(values, spelling).map(([value, spell]) => ({ kind, value: spell(value) }));
const plain = (kind: string, values: fc.Arbitrary<string>): fc.Arbitrary<Raw> =>
  values.map((value) => ({ kind, value }));

/** Any raw value of any detector that looks by default. */
export const raw: fc.Arbitrary<Raw> = fc.oneof(
  spelt("card", card),
  spelt("ssn", ssn),
  spelt("phone", phone),
  plain("email", email),
  plain("iban", iban),
  plain("jwt", jwt),
  plain("token", fc.oneof(token, aws)),
  plain("private-key", key),
);
