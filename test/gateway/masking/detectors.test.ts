import { describe, expect, it } from "vitest";
import { maskText, type Detectors } from "../../../src/gateway/masking/detectors.ts";
import { usualDetectors, type DetectorName, type MaskMode } from "../../../src/gateway/masking/kinds.ts";

const looking = (names: readonly DetectorName[], mode: MaskMode = "partial"): Detectors => ({
  modes: new Map(names.map((name) => [name, mode])),
  patterns: [],
  pseudonym: (value) => `<${value}>`,
});
const all = looking(usualDetectors);
const masked = (text: string): string => maskText(text, all, false)?.text ?? text;

describe("a card number is masked but for its last four digits", () => {
  it.each([
    ["4111111111111111", "••••1111"],
    ["4111-1111-1111-1111", "••••1111"],
    ["4111 1111 1111 1111", "••••1111"],
    ["5555555555554444", "••••4444"],
    ["2223003122003222", "••••3222"],
    ["378282246310005", "••••0005"],
    ["3782 822463 10005", "••••0005"],
    ["3056 930902 5904", "••••5904"],
    ["6011111111111117", "••••1117"],
    ["3530111333300000", "••••0000"],
    ["6200000000000005", "••••0005"],
    ["4222222222222", "••••2222"],
    ["4000000000000000006", "••••0006"],
    ["+4111111111111111", "+••••1111"],
    ["paid with 4111 1111 1111 1111.", "paid with ••••1111."],
    ["PAN4111111111111111x", "PAN••••1111x"],
    ["2026-11-05 4111 1111 1111 1111 123", "2026-11-05 ••••1111 123"],
    ["4111111111111111,5555555555554444", "••••1111,••••4444"],
    ["4111111111111111 5555555555554444", "••••1111 ••••4444"],
    ["41 11 11 11 11 11 11 11", "••••1111"],
    ["4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "••••1111"],
    // No-break space, no-break hyphen, figure dash, zero-width space, soft hyphen, byte-order mark.
    ["4111\u00a01111\u00a01111\u00a01111", "••••1111"],
    ["4111\u20111111\u20111111\u20111111", "••••1111"],
    ["4111\u20121111\u20131111\u22121111", "••••1111"],
    ["4111\u200b1111\u200d1111\ufeff1111", "••••1111"],
    ["4111\u00ad1111 \u20601111 1111", "••••1111"],
    ["4111\u00001111\u00001111\u00001111", "••••1111"],
    // Full-width, Arabic-Indic, Devanagari, mathematical, superscript digits; keycaps.
    ["４１１１１１１１１１１１１１１１", "••••1111"],
    ["٤١١١-١١١١-١١١١-١١١١", "••••1111"],
    ["४१११ ११११ ११११ ११११", "••••1111"],
    ["𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏", "••••1111"],
    ["⁴¹¹¹¹¹¹¹¹¹¹¹¹¹¹¹", "••••1111"],
    ["4\ufe0f\u20e31\ufe0f\u20e31\ufe0f\u20e31\ufe0f\u20e3-1111-1111-1111", "••••1111"],
    ["卡号４１１１　１１１１　１１１１　１１１１。", "卡号••••1111。"],
  ])("%j", (text, expected) => expect(masked(text)).toBe(expected));

  it.each([
    "4111111111111112",
    "4111 1111 1111 1120",
    "411111111111",
    "41111111111111111111",
    "1234567890123452",
    "0000000000000000",
    "9111111111111111",
    "1700000000000",
    "1700000000000000000",
    "0.4111111111111111",
    "4111  1111  1111  1111",
    "4111.1111.1111.1111",
    "41115555-4111-4111-8111-111111111111",
    "a1b2c3d4-4111-1111-4111-1111aaaa1111",
    "10 20 30 40 50 60 70 80 90 41 11 11 11 11 11 11 11",
    "2026-11-05T10:11:12.123456789Z",
  ])("but not %j", (text) => expect(masked(text)).toBe(text));
});

describe("a social-security number is masked but for its last four digits", () => {
  it.each([
    ["123-45-6789", "••••6789"],
    ["123 45 6789", "••••6789"],
    ["SSN123-45-6789.", "SSN••••6789."],
    ["078-05-1120", "••••1120"],
    ["ssn: 123456789", "ssn: ••••6789"],
    ["customer_ssn=123456789", "customer_ssn=••••6789"],
    ["userSsn 123456789", "userSsn ••••6789"],
    ["Social Security number is 123456789", "Social Security number is ••••6789"],
    ["123‑45‑6789", "••••6789"],
    ["123\u200b-\u200b45-6789", "••••6789"],
    ["１２３-４５-６７８９", "••••6789"],
    ["١٢٣ ٤٥ ٦٧٨٩", "••••6789"],
    ["a 123-45-6789, b 234-56-7890", "a ••••6789, b ••••7890"],
  ])("%j", (text, expected) => expect(masked(text)).toBe(expected));

  it.each([
    "000-12-3456",
    "666-12-3456",
    "900-12-3456",
    "999-99-9999",
    "123-00-4567",
    "123-45-0000",
    "123456789",
    "id 123456789",
    "businessNumber 123456789",
    "1123-45-6789",
    "123-45-67890",
    "123-456-789",
    "2026-11-05",
    "ssn 000456789",
  ])("but not %j", (text) => expect(masked(text)).toBe(text));

  it("nine bare digits count where the member's name says what they are", () => {
    expect(maskText("123456789", all, true)?.text).toBe("••••6789");
  });
});

describe("an e-mail address is masked but for its domain", () => {
  it.each([
    ["ada@mail.example", "••••@mail.example"],
    ["Ada <ada.l+x@mail.example>", "Ada <••••@mail.example>"],
    ["mailto:ada@mail.example?subject=x", "mailto:••••@mail.example?subject=x"],
    ["user=ada@mail.example&x=1", "user=••••@mail.example&x=1"],
    ["'ada@mail.example'", "'••••@mail.example'"],
    ["write to ada@mail.example.", "write to ••••@mail.example."],
    ["o'hara@mail.example", "••••@mail.example"],
    ["jürgen@bücher.example", "••••@bücher.example"],
    ["ada＠mail.example", "••••＠mail.example"],
    ["ada\u200b@mail.example", "••••@mail.example"],
    ["a@b.co,c@d.co", "••••@b.co,••••@d.co"],
    ["ada@xn--bcher-kva.example", "••••@xn--bcher-kva.example"],
  ])("%j", (text, expected) => expect(masked(text)).toBe(expected));

  it.each([
    "@scope/package",
    "lodash@4.17.21",
    "ada@localhost",
    "@",
    "a@",
    "a@b.",
    "a@b.1",
    "••••@mail.example",
    "@@x.example",
    "a @ b.example",
  ])("but not %j", (text) => expect(masked(text)).toBe(text));
});

describe("a telephone number is masked but for its last two digits", () => {
  it.each([
    ["+12025550143", "••••43"],
    ["+1 202 555 0143", "••••43"],
    ["+1 (202) 555-0143", "••••43"],
    ["+1-202-555-0143", "••••43"],
    ["+44 (0)20 7946 0958", "••••58"],
    ["+49 151 12345678", "••••78"],
    ["+33.1.99.00.12.34", "••••34"],
    ["(202) 555-0143", "••••43"],
    ["(202)555-0143", "••••43"],
    ["202-555-0143", "••••43"],
    ["202.555.0143", "••••43"],
    ["202 555 0143", "••••43"],
    ["1-202-555-0143", "••••43"],
    ["1 (202) 555-0143", "••••43"],
    ["call 202-555-0143.", "call ••••43."],
    ["tel:+12025550143;x", "tel:••••43;x"],
    ["202‑555‑0143", "••••43"],
    ["＋１２０２５５５０１４３", "••••43"],
  ])("%j", (text, expected) => expect(masked(text)).toBe(expected));

  it.each([
    "2026-11-05",
    "2026-11-05T10:20:30Z",
    "2026-11-05T10:20:30.123+02:00",
    "20261105T102030",
    "10:20:30",
    "05/11/2026",
    "9f86d081-884c-4d63-a3ad-ec0f16c2d7e1",
    "12345678-1234-1234-1234-123456789012",
    "192.168.100.200",
    "10.0.0.1:8080",
    "2001:db8::1",
    "1.2.3",
    "20.5.1234",
    "202.555.0143.7",
    "2.202.555.0143",
    "2025550143",
    "1234567890",
    "12025550143",
    "order 20255501437",
    "102-555-0143",
    "202-155-0143",
    "202-555-01433",
    "x202-555-0143",
    "+0100",
    "+02:00",
    "+1234567",
    "+1234567890123456",
    "a+12345678",
    "1e+12345678",
    "$1,234,567.89",
  ])("but not %j", (text) => expect(masked(text)).toBe(text));
});

it("only the chosen detectors look", () => {
  const text = "4111111111111111 123-45-6789 ada@mail.example +12025550143";
  expect(maskText(text, looking(["email"]), false)?.text).toBe(
    "4111111111111111 123-45-6789 ••••@mail.example +12025550143",
  );
  expect(maskText(text, looking([]), false)).toBe(null);
  expect(maskText(text, all, false)).toEqual({
    text: "••••1111 ••••6789 ••••@mail.example ••••43",
    kinds: ["card", "ssn", "email", "phone"],
    drop: false,
  });
});
