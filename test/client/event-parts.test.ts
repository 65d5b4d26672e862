import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventParts } from "../../src/client/event-parts.ts";

interface Event {
  readonly id?: string;
  readonly data: string;
}

const megabyte = 1024 * 1024;

/** What the parts say, long events put together. */
function said(stream: string, cuts: readonly number[]): Event[] {
  const bytes = Buffer.from(stream);
  const parts = new EventParts();
  const events: Event[] = [];
  let long: { id: string | undefined; data: string } | null = null;
  let from = 0;
  for (const to of [...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b), bytes.length]) {
    for (const part of parts.push(bytes.subarray(from, to))) {
      if (part.kind === "event") {
        const { id, data } = part.event;
        events.push(id === undefined ? { data } : { id, data });
      } else if (part.kind === "begin") long = { id: part.id, data: "" };
      else if (part.kind === "data" && long !== null) long.data += part.bytes.toString("latin1");
      else if (long !== null) {
        events.push(long.id === undefined ? { data: long.data } : { id: long.id, data: long.data });
        long = null;
      }
    }
    from = to;
  }
  expect(parts.lastEventId).toBe(events.findLast(({ id }) => id !== undefined)?.id ?? "");
  return events;
}

function written(events: readonly Event[]): string {
  return events.map(({ id, data }) => `${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`).join("");
}

describe("the parts of an event stream", () => {
  const event = fc
    .record({
      id: fc.option(fc.stringMatching(/^[a-z0-9.]{1,8}$/), { nil: undefined }),
      size: fc.constantFrom(1, 200, megabyte + 7, 2 * megabyte),
    })
    .map(({ id, size }): Event => (id === undefined ? { data: "x".repeat(size) } : { id, data: "x".repeat(size) }));

  it("are its events, long ones too, however the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 60 }),
        (events, cuts) => {
          expect(said(written(events), cuts)).toEqual(events);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("of a long event are said before it is whole", () => {
    const parts = new EventParts();
    const kinds = [...parts.push(Buffer.from(`id: 7\ndata: ${"x".repeat(2 * megabyte)}`))].map(({ kind }) => kind);
    expect(kinds).toEqual(["begin", "data"]);
    expect([...parts.push(Buffer.from("y"))]).toEqual([{ kind: "data", bytes: Buffer.from("y") }]);
    expect([...parts.push(Buffer.from("\n\n: waiting\n\ndata: 1\n\n"))]).toMatchObject([
      { kind: "end" },
      { kind: "event", event: { data: "1" } },
    ]);
  });

  it("end at a long line that is no data", () => {
    const parts = new EventParts();
    expect(() => [...parts.push(Buffer.from(`: ${"x".repeat(2 * megabyte)}`))]).toThrow("longer than 1048576 bytes");
  });
});
