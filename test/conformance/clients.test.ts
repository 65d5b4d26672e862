import { afterAll, beforeAll, expect, it } from "vitest";
import { clientFindings, type Revision } from "./suite.ts";
import { startSwitchboard } from "./switchboard.ts";
import { openWays, type Ways } from "./ways.ts";

// `npm run conformance` compares every scenario every way; these are the two that a gateway in between is likeliest to spoil.
let ways: Ways;
let switchboard: Awaited<ReturnType<typeof startSwitchboard>>;
beforeAll(async () => {
  ways = await openWays([{ name: "idle", stdio: { command: process.execPath } }]);
  switchboard = await startSwitchboard({
    tunnel: async (target) => await ways.tunnel(await ways.connect(target)),
  });
});
afterAll(async () => {
  await switchboard.close();
  await ways.close();
});

it.concurrent.each<[string, Revision]>([
  ["sse-retry", "2025-11-25"],
  ["sep-2322-client-request-state", "2026-07-28"],
])(
  "the public suite finds nothing to complain of in %s (%s) through tunnel and gateway",
  // The suite itself measures how many milliseconds a client takes to come back: on a loaded machine too many, now and then.
  { retry: 4 },
  async (scenario, revision) => {
    const checks = (await clientFindings(scenario, revision, switchboard.address("tunnel"))).get(scenario) ?? [];
    expect(checks.filter(({ status }) => status === "SUCCESS").length).toBeGreaterThan(2);
    expect(checks.filter(({ status }) => status === "FAILURE" || status === "WARNING")).toEqual([]);
  },
);
