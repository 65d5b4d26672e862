import { afterAll, beforeAll, expect, it } from "vitest";
import { startFixture } from "./fixture.ts";
import { isProtected, rebindings } from "./rebinding.ts";
import { openWays, type Ways } from "./ways.ts";

let fixture: Awaited<ReturnType<typeof startFixture>>;
let ways: Ways;
beforeAll(async () => {
  fixture = await startFixture();
  ways = await openWays([{ name: "fixture", http: { url: fixture.url }, timeout: "20s" }]);
});
afterAll(async () => {
  await ways.close();
  await fixture.close();
});

it(
  "the public suite's DNS rebinding is refused at the tunnel's listener, in both families and both eras; a program with a token is served",
  {
    // Eight runs of the suite, each a process of its own.
    timeout: 300_000,
  },
  async () => {
    const found = await rebindings(ways);
    expect(found.length).toBe(ways.listeners("fixture").length * 2);
    for (const each of found) expect(isProtected(each), JSON.stringify(each, null, 2)).toBe(true);
  },
);
