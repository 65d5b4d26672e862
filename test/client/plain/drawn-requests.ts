import { fc } from "../../support/fast-check.ts";

/** Sent behind a request, and to be found within one. */
export const sentinel = "POST /sentinel HTTP/1.1\r\nContent-Length: 0\r\n\r\n";

/** A request's parts. `length`: what it says of its body. */
export interface Drawn {
  readonly first: string;
  readonly lines: readonly string[];
  readonly body: string;
  readonly length: string | null;
}

const token = fc.string({ unit: oneOf("!#$%&'*+-.^_`|~09azAZ"), minLength: 1, maxLength: 8 });
const names = fc.oneof(
  token,
  fc.constantFrom("Host", "host", "Authorization", "Accept", "Origin", "Cookie", "Connection", "Keep-Alive", "TE"),
  fc.constantFrom(
    "Mcp-Session-Id",
    "Proxy-Connection",
    "__proto__",
    "constructor",
    "Content-Type",
    "Expect",
    "Trailer",
  ),
);
const values = fc.oneof(
  fc.string({ unit: oneOf("az09 \t:;,=\"'(){}[]\\/<>@~!"), maxLength: 12 }),
  fc.constantFrom("keep-alive", "close", "Keep-Alive", "upgrade", "100-continue", "127.0.0.1:1", "", " ", "\t \t"),
  fc.string({ unit: fc.constantFrom("a", "\x80", "\xa0", "\xff", "\x7f", "\0", "\x0b", "\x85"), maxLength: 4 }),
);
const line = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(names, values).map(([name, value]) => `${name}:${value}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "Transfer-Encoding: chunked",
      "transfer-encoding:identity",
      "TRANSFER-ENCODING: gzip, chunked",
      "Transfer-Encoding : chunked",
      "Transfer_Encoding: chunked",
      "Content-Length: 0",
      "Content_Length: 1",
      "Upgrade: h2c",
      " folded: yes",
      "\tfolded",
      "no colon",
      ": no name",
      "",
    ),
  },
);
const lengths = (length: number) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant<string | null>(String(length)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<(string | null)[]>(
        null,
        ` ${length}\t`,
        `00${length}`,
        `+${length}`,
        `-${length}`,
        `0x${length.toString(16)}`,
        `${length},${length}`,
        `${length} ${length}`,
        `${length}.0`,
        `${length}e0`,
        `${length + 1}`,
        `${length - 1}`,
        "18446744073709551616",
        `${"0".repeat(14)}${length}`,
        `${"0".repeat(30)}${length}`,
        "",
      ),
    },
  );
const targets = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("/mcp/files", "/mcp", "/") },
  { weight: 1, arbitrary: fc.string({ unit: oneOf('/a?#%:@[]"<>\\^`{|}~*+ \t\x7f\x80'), maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom("http://127.0.0.1:1/mcp/files", "*", "mcp", "127.0.0.1:1", "//mcp", "") },
);
const firstLine = fc
  .tuple(
    fc.oneof(
      { weight: 20, arbitrary: fc.constant("POST") },
      fc.constantFrom("GET", "post", "PUT", "CONNECT", "POST\t"),
    ),
    targets,
    fc.oneof(
      { weight: 20, arbitrary: fc.constant("HTTP/1.1") },
      fc.constantFrom("HTTP/1.0", "HTTP/2.0", "HTTP/1.10", ""),
    ),
  )
  .map((parts) => parts.join(" "));
export const bodies = fc.oneof(
  fc.constantFrom("", "{}", "abcde", sentinel, "0\r\n\r\n", "\r\n\r\n"),
  fc.string({ unit: fc.constantFrom("a", "\r", "\n", "\0", "\xff"), maxLength: 6 }),
);
export const drawn: fc.Arbitrary<Drawn> = bodies.chain((body) =>
  fc.record({
    first: firstLine,
    lines: fc.array(line, { maxLength: 5 }),
    body: fc.constant(body),
    length: lengths(body.length),
  }),
);

/** `at`: before which line the length stands. */
export function written({ first, lines, body, length }: Drawn, at = lines.length): string {
  const all = length === null ? lines : lines.toSpliced(at, 0, `Content-Length:${at % 2 === 0 ? " " : ""}${length}`);
  return `${[first, ...all].join("\r\n")}\r\n\r\n${body}`;
}

/** One thing done to a text: `gone` characters at that place, of 10,000 parts of its length, give way to others. */
interface Edit {
  readonly place: number;
  readonly gone: number;
  readonly put: string;
}
export const edit: fc.Arbitrary<Edit> = fc.record({
  place: fc.nat(9_999),
  gone: fc.oneof(fc.constant(0), fc.constant(1), fc.nat(12)),
  put: fc.constantFrom(
    "",
    "a",
    "9",
    " ",
    "\t",
    ":",
    " :",
    "\r",
    "\n",
    "\r\n",
    "\r\n ",
    "\n\n",
    "\r\n\r\n",
    "\0",
    "\x7f",
    "\x80",
    "\xff",
    ",",
    "X: 1\r\n",
    "Content-Length: 2\r\n",
    "Transfer-Encoding: chunked\r\n",
    sentinel,
    "Connection: close\r\n",
  ),
});

export function edited(text: string, { place, gone, put }: Edit): string {
  const at = Math.floor((place * text.length) / 10_000);
  return text.slice(0, at) + put + text.slice(at + gone);
}

function oneOf(characters: string) {
  return fc.constantFrom(...characters.split(""));
}
