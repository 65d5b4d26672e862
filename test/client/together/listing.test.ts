import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Heard } from "../../../src/client/heard.ts";
import { Listing, type Asking } from "../../../src/client/together/listing.ts";
import { said } from "../../../src/client/together/said.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const more = (cursor: string, ...names: readonly string[]): Heard =>
  said({ jsonrpc: "2.0", id: 1, result: { tools: names.map((name) => ({ name })), nextCursor: cursor } });
const refusal = (): Heard => said({ jsonrpc: "2.0", id: 1, error: { code: -32_000, message: "not today" } });
const answer = (...names: readonly string[]): Heard =>
  said({ jsonrpc: "2.0", id: 1, result: { tools: names.map((name) => ({ name })) } });
interface Page {
  readonly tools: readonly { readonly name: string }[];
  readonly nextCursor?: string;
}
// As `answer` says it.
const page = async (listing: Listing, asking: Asking, cursor?: string): Promise<Page> =>
  (await listing.list("tools/list", cursor === undefined ? {} : { cursor }, asking)) as unknown as Page;
const namesIn = (result: unknown) => (result as Page).tools.map(({ name }) => name);

describe("a list that came too late", () => {
  it("is not given to whoever may use other connections by then: it may be another's", async () => {
    const listing = new Listing();
    const slow = Promise.withResolvers<Heard>();
    let asked = 0;
    const asking: Asking = {
      connections: ["files", "slow"],
      ask: async (connection) => {
        if (connection === "files") return answer("read");
        asked += 1;
        return asked === 1 ? await slow.promise : answer("of-the-next");
      },
      onLate: () => undefined,
    };
    const first = listing.list("tools/list", {}, asking);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(namesIn(await first)).toEqual(["files__read"]);
    slow.resolve(answer("of-the-last"));
    await vi.advanceTimersByTimeAsync(0);
    listing.forget();
    expect(namesIn(await listing.list("tools/list", {}, asking))).toEqual(["files__read", "slow__of-the-next"]);
  });
});

/** `files` has one page; `hostile` has what is given, page by page. */
const asking = (...pages: readonly (() => Heard | Promise<Heard>)[]): Asking => {
  let turn = 0;
  return {
    connections: ["files", "hostile"],
    ask: async (connection) => {
      if (connection === "files") return answer("read");
      turn += 1;
      return await (pages[Math.min(turn, pages.length) - 1] ?? refusal)();
    },
    onLate: () => undefined,
  };
};

describe("a connection whose list does not end well", () => {
  it.each([
    ["is refused", () => refusal()],
    ["never comes", () => new Promise<Heard>(() => undefined)],
  ])("takes no other's along where its second page %s", async (_name, second) => {
    const listing = new Listing();
    const on = asking(() => more("2", "one"), second);
    const first = await page(listing, on);
    expect(namesIn(first)).toEqual(["files__read", "hostile__one"]);
    const next = page(listing, on, first.nextCursor);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await next).toEqual({ tools: [] });
  });

  it.each([
    ["is fast", 0, 500],
    ["takes its time", 5_000, 13],
  ])("keeps no client from all others' by another page each time, where it %s", async (_name, ms, most) => {
    const listing = new Listing();
    const on = asking(async () => {
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
      return more("again", "one");
    });
    let cursor: string | undefined;
    let pages = 0;
    do {
      const next = page(listing, on, cursor);
      await vi.advanceTimersByTimeAsync(ms);
      cursor = (await next).nextCursor;
      pages += 1;
    } while (cursor !== undefined && pages < 1_000);
    expect(pages).toBeGreaterThan(2);
    expect(pages).toBeLessThanOrEqual(most);
  });

  it("ends its own list where its cursor is too long to come back", async () => {
    expect(
      (
        await page(
          new Listing(),
          asking(() => more("x".repeat(20_000), "one")),
        )
      ).nextCursor,
    ).toBeUndefined();
  });

  it("is asked to go on where it ended, page by page", async () => {
    const listing = new Listing();
    const cursors: unknown[] = [];
    const on: Asking = {
      connections: ["files"],
      ask: async (_connection, { params }) => {
        cursors.push((params as { cursor?: string }).cursor);
        return cursors.length < 3 ? more(`to ${cursors.length}`, "one") : answer("last");
      },
      onLate: () => undefined,
    };
    const first = await page(listing, on);
    const second = await page(listing, on, first.nextCursor);
    expect(await page(listing, on, second.nextCursor)).toEqual({ tools: [{ name: "files__last" }] });
    expect(cursors).toEqual([undefined, "to 1", "to 2"]);
  });
});
