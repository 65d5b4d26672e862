import { describe, expect, test } from "vitest";
import { encodeSse, encodeSseComment, SseParser, type SseEvent } from "../../src/shared/sse.ts";

function parse(text: string, size = text.length): SseEvent[] {
  const bytes = new TextEncoder().encode(text);
  const parser = new SseParser();
  const events: SseEvent[] = [];
  for (let at = 0; at < bytes.length; at += size) events.push(...parser.push(bytes.subarray(at, at + size)));
  return events;
}

const message = (data: string, id?: string): SseEvent =>
  id === undefined ? { event: "message", data } : { event: "message", data, id };

describe("the event-stream parser", () => {
  test.for<[string, string, SseEvent[]]>([
    ["one event", "data: a\n\n", [message("a")]],
    ["several lines of data", "data: a\ndata:b\ndata\n\n", [message("a\nb\n")]],
    ["CRLF and CR line ends", "data: a\r\n\r\ndata: b\r\rdata: c\n\r\n", [message("a"), message("b"), message("c")]],
    ["only the first space after the colon is dropped", "data:  a\n\n", [message(" a")]],
    ["a byte order mark at the start", "\uFEFFdata: a\n\n", [message("a")]],
    ["comments and unknown fields", ": hello\nfoo: bar\ndata: a\n:\n\n", [message("a")]],
    ["a named event", "event: endpoint\ndata: a\n\ndata: b\n\n", [{ event: "endpoint", data: "a" }, message("b")]],
    ["an id stays with its own event", "id: 1\ndata: a\n\ndata: b\n\n", [message("a", "1"), message("b")]],
    ["an id with NUL is ignored", "id: 1\0\ndata: a\n\n", [message("a")]],
    ["an empty data line is an event", "id: 7\ndata:\n\n", [message("", "7")]],
    ["no data is no event", "id: 7\nevent: x\n\n\n", []],
    ["an unfinished event is dropped", "data: a\n\ndata: b\n", [message("a")]],
    ["letters of several bytes", "data: žluťoučký 🐎\n\n", [message("žluťoučký 🐎")]],
  ])("%s, however the bytes are cut", ([, text, expected]) => {
    for (const size of [1, 2, 3, 5, 1000]) expect(parse(text, size)).toEqual(expected);
  });

  test("keeps the last id, also of events without data, and the retry time", () => {
    const parser = new SseParser();
    parser.push(new TextEncoder().encode("id: 1\ndata: a\n\nid: 2\nretry: 1500\n\nretry: soon\nid: 3\n"));
    expect(parser.lastEventId).toBe("2");
    expect(parser.retryMs).toBe(1500);
  });

  test("refuses an event above its limit, but not many comments", () => {
    const parser = new SseParser(100);
    for (let round = 0; round < 50; round += 1) parser.push(new TextEncoder().encode(": still here\n"));
    expect(() => parser.push(new TextEncoder().encode(`data: ${"x".repeat(50)}\ndata: ${"x".repeat(50)}`))).toThrow(
      expect.objectContaining({ code: "too_large" }),
    );
  });

  test("takes a long line in linear time", () => {
    const parser = new SseParser();
    const chunk = new TextEncoder().encode("x".repeat(16 * 1024));
    parser.push(new TextEncoder().encode("data: "));
    for (let round = 0; round < 1024; round += 1) parser.push(chunk);
    const [event] = parser.push(new TextEncoder().encode("\n\n"));
    expect(event?.data.length).toBe(16 * 1024 * 1024);
  });
});

describe("the event-stream encoder", () => {
  test.for<[string, { data: string; event?: string; id?: string }]>([
    ["plain", { data: "{}" }],
    ["with id and name", { data: "a", event: "x", id: "1_2" }],
    ["of several lines", { data: "a\nb\n\nc" }],
    ["empty", { data: "" }],
  ])("an event %s comes back as it was", ([, event]) => {
    expect(parse(encodeSse(event))).toEqual([{ event: "message", ...event }]);
  });

  test.for(["a\nb", "a\rb", "a\0b"])("an id or comment that breaks the framing is refused: %j", (text) => {
    expect(() => encodeSse({ data: "", id: text })).toThrow(expect.objectContaining({ code: "bad_request" }));
    expect(() => encodeSseComment(text)).toThrow(expect.objectContaining({ code: "bad_request" }));
  });

  test("a comment is no event", () => {
    expect(parse(encodeSseComment("waiting"))).toEqual([]);
  });
});
