import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PlainRoad } from "../../../src/client/plain/road.ts";
import { connector } from "../../../src/client/upstream/connector.ts";
import { Pool } from "../../../src/client/upstream/undici.ts";
import { inPieces, openRawGateway, toldOf, type RawGateway, type Told } from "./raw-gateway.ts";

const body = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping"}');
let gateway: RawGateway;
let road: PlainRoad;
let pool: InstanceType<typeof Pool>;
let say: (socket: Socket) => void;

beforeAll(async () => {
  gateway = await openRawGateway((socket) => say(socket));
  const origin = `http://127.0.0.1:${gateway.port}`;
  const connect = connector(false, undefined);
  road = new PlainRoad(origin, connect);
  pool = new Pool(origin, { connect, allowH2: false });
});
afterAll(async () => {
  road.destroy(new Error("over"));
  await pool.destroy();
  await gateway.close();
});

/** What is told of an answer that comes in these pieces, after which its connection ends. */
async function both(pieces: readonly string[]): Promise<{ readonly plain: Told; readonly undici: Told }> {
  say = (socket) => void inPieces(socket, pieces).then(() => socket.end());
  const plain = await toldOf((exchange) => road.dispatch({ path: "/mcp/files", headers: [], body }, exchange));
  const undici = await toldOf((exchange) =>
    pool.dispatch({ path: "/mcp/files", method: "POST", headers: [], body }, exchange),
  );
  return { plain, undici };
}

/** The same of both, where undici takes the answer; where it does not, no whole answer. Undici alone takes some carriage returns without a line feed, which end no line. */
async function agree(pieces: readonly string[]): Promise<Told> {
  const { plain, undici } = await both(pieces);
  const [told, wanted] = [trimmed(plain), trimmed(undici)];
  const bytes = pieces.join("");
  if (undici.isWhole && undici.status <= 599 && (plain.isWhole || !/\r(?!\n)/.test(bytes)))
    expect(told, JSON.stringify(pieces)).toEqual(wanted);
  else if (!takenAlone.test(bytes)) expect(plain.isWhole, JSON.stringify(pieces)).toBe(false);
  return told;
}

/** RFC 9110, section 15.2: an interim answer is taken, though nobody asked for it; section 5.5: white space behind a length is none of it. Undici refuses both. */
const takenAlone = / 100 |content-length:[^\r\n]*[ \t]\r?\n/i;

/** Undici takes the white space behind a value for a part of it. */
function trimmed(told: Told): Told {
  const headers = Object.entries(told.headers).map(
    ([name, value]) => [name, Array.isArray(value) ? value.map((each) => each.trimEnd()) : value?.trimEnd()] as const,
  );
  return { ...told, headers: Object.fromEntries(headers) };
}

const ok = "HTTP/1.1 200 OK\r\n";
const json = "content-type: application/json\r\n";
const chunked = "transfer-encoding: chunked\r\n\r\n";

const cases: Readonly<Record<string, string>> = {
  "with a length": `${ok}${json}content-length: 5\r\n\r\nhello`,
  "with an empty body": `${ok}${json}content-length: 0\r\n\r\n`,
  "without a reason": `HTTP/1.1 200\r\ncontent-length: 5\r\n\r\nhello`,
  "that is shorter than it says": `${ok}content-length: 9\r\n\r\nhello`,
  "that is longer than it says": `${ok}content-length: 3\r\n\r\nhello`,
  "before another that nobody asked for": `${ok}content-length: 5\r\n\r\nhello${ok}content-length: 5\r\n\r\nthere`,
  "in chunks": `${ok}${json}${chunked}5\r\nhello\r\n6\r\n there\r\n0\r\n\r\n`,
  "in chunks with extensions and trailers": `${ok}${chunked}5;a=b;c="d"\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n`,
  "in chunks without the last": `${ok}${chunked}5\r\nhello\r\n`,
  "in chunks before another": `${ok}${chunked}5\r\nhello\r\n0\r\n\r\n${ok}content-length: 5\r\n\r\nthere`,
  "in chunks before something else": `${ok}${chunked}5\r\nhello\r\n0\r\n\r\nbytes`,
  "in chunks of no number": `${ok}${chunked}zz\r\nhello\r\n0\r\n\r\n`,
  "that lasts as long as its connection": `${ok}${json}\r\nhello`,
  "with two lengths": `${ok}content-length: 5\r\ncontent-length: 6\r\n\r\nhello!`,
  "with one length twice": `${ok}content-length: 5\r\ncontent-length: 5\r\n\r\nhello`,
  "with a list of lengths": `${ok}content-length: 5, 5\r\n\r\nhello`,
  "with a length and chunks": `${ok}content-length: 5\r\n${chunked}5\r\nhello\r\n0\r\n\r\n`,
  "with a signed length": `${ok}content-length: +5\r\n\r\nhello`,
  "with a length in hexadecimal": `${ok}content-length: 0x5\r\n\r\nhello`,
  "with zeroes before its length": `${ok}content-length: 0005\r\n\r\nhello`,
  "with white space about its length": `${ok}content-length:  \t5 \t\r\n\r\nhello`,
  "after an early hint": `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${ok}content-length: 5\r\n\r\nhello`,
  "after a word to go on": `HTTP/1.1 100 Continue\r\n\r\n${ok}content-length: 5\r\n\r\nhello`,
  "that is another protocol": `HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nhello`,
  "that is another protocol, unnamed": `HTTP/1.1 101 Switching\r\n\r\nhello`,
  "of HTTP/1.0": `HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello`,
  "of HTTP/1.0 without a length": `HTTP/1.0 200 OK\r\n\r\nhello`,
  "of HTTP/2.0": `HTTP/2.0 200 OK\r\ncontent-length: 5\r\n\r\nhello`,
  "that has no content, with a length": `HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n`,
  "that has no content, and yet a body": `HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello`,
  "that is not modified, with a length": `HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n`,
  "that has no content, in chunks": `HTTP/1.1 204 No Content\r\n${chunked}`,
  "that redirects": `HTTP/1.1 307 Elsewhere\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n`,
  "of no known status": `HTTP/1.1 799 Odd\r\ncontent-length: 5\r\n\r\nhello`,
  "with bytes beyond ASCII": `${ok}x-name: gr\xf6\xdfer \xc3\xa9\r\ncontent-length: 5\r\n\r\nh\xe9llo`,
  "with headers several times": `${ok}set-cookie: a=1\r\nset-cookie: b=2\r\nx-a: 1\r\nX-A: 2\r\ncontent-type: a/b\r\ncontent-type: c/d\r\nmcp-session-id: 1\r\nmcp-session-id: 2\r\ncontent-length: 5\r\n\r\nhello`,
  "with headers several times, in chunks": `${ok}set-cookie: a=1\r\nset-cookie: b=2\r\ncontent-type: a/b\r\ncontent-type: c/d\r\n${chunked}0\r\n\r\n`,
  "with names that objects have": `${ok}__proto__: a\r\nconstructor: b\r\nTo-String: c\r\ntoString: d\r\ncontent-length: 5\r\n\r\nhello`,
  "with values of white space": `${ok}x-empty:\r\nx-blank:  \t \r\nx-after: a \t\r\nx-within: a \t b\r\ncontent-length: 5\r\n\r\nhello`,
  "with a folded header": `${ok}x-long: a\r\n b\r\ncontent-length: 5\r\n\r\nhello`,
  "with a blank before a colon": `${ok}content-length : 5\r\n\r\nhello`,
  "with line feeds alone": `HTTP/1.1 200 OK\ncontent-length: 5\n\nhello`,
  "with a null in a header": `${ok}x-a: a\0b\r\ncontent-length: 5\r\n\r\nhello`,
  "with a head of nearly 16 KiB": `${ok}x-long: ${"x".repeat(16_000)}\r\ncontent-length: 5\r\n\r\nhello`,
  "with a head of 16 KiB in many lines": `${ok}${Array.from({ length: 1_400 }, (_, at) => `x-${at}: ${at}\r\n`).join("")}content-length: 5\r\n\r\nhello`,
  "with too long a head": `${ok}x-long: ${"x".repeat(20_000)}\r\ncontent-length: 5\r\n\r\nhello`,
  "that is none": "hello",
  "that is not there": "",
  "that ends within its head": `${ok}content-len`,
};

describe("an answer", () => {
  it.each(Object.entries(cases))("%s is told as undici tells it, wherever it is cut", async (_what, bytes) => {
    const told = await agree([bytes]);
    const { length } = bytes;
    for (const at of [1, bytes.indexOf("\r\n\r\n") + 2, bytes.indexOf("\r\n\r\n") + 4, length - 3])
      if (at > 0 && at < length)
        expect(await agree([bytes.slice(0, at), bytes.slice(at)]), `cut at ${at}`).toEqual(told);
  });

  it("that is made of anything is told as undici tells it", async () => {
    const random = seeded(20_261_121);
    const all = Object.values(cases).filter((bytes) => bytes.length < 1_000);
    const other = ["\r\n", "\n", "\r", "\0", "5", "0", ":", " ", "chunked", "close", "\xff", "content-length: 4\r\n"];
    for (let turn = 0; turn < 500; turn += 1) {
      let bytes = all[random(all.length)] ?? "";
      for (let count = random(3) + 1; count > 0; count -= 1) {
        const at = random(bytes.length + 1);
        bytes = bytes.slice(0, at) + (other[random(other.length)] ?? "") + bytes.slice(at + random(4));
      }
      const cuts = Array.from({ length: random(3) }, () => random(bytes.length + 1)).toSorted((a, b) => a - b);
      await agree([0, ...cuts].map((from, at) => bytes.slice(from, cuts[at])).filter((piece) => piece !== ""));
    }
  });
});

/** Whole numbers below a bound, the same in each run (a linear congruence). */
function seeded(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
