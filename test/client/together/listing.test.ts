import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Heard } from "../../../src/client/heard.ts";
import { Listing, type Asking } from "../../../src/client/together/listing.ts";
import { said } from "../../../src/client/together/said.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const answer = (...names: readonly string[]): Heard =>
  said({ jsonrpc: "2.0", id: 1, result: { tools: names.map((name) => ({ name })) } });
const namesIn = (result: unknown) => (result as { tools: { name: string }[] }).tools.map(({ name }) => name);

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
