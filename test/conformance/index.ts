/**
 * `npm run conformance`: the public MCP conformance suite against a fixture of our own, direct, through the gateway, and through tunnel and
 * gateway, side by side. Exit status 1 where a check differs.
 */
import { compare, table } from "./comparison.ts";
import { startFixture } from "./fixture.ts";
import { revisions, serverFindings } from "./suite.ts";
import { openWays } from "./ways.ts";

const names = ["direct", "gateway", "tunnel + gateway"];
const fixture = await startFixture();
const ways = await openWays([{ name: "fixture", http: { url: fixture.url }, timeout: "20s" }]);
let different = 0;
try {
  const urls = [fixture.url, await ways.gateway("fixture"), await ways.tunnel("fixture")];
  for (const revision of revisions) {
    const runs = [];
    // One after the other: the suite's scenarios measure time.
    for (const url of urls) runs.push(await serverFindings(url, revision));
    const rows = compare(names, runs);
    different += rows.filter(({ differences }) => differences.length > 0).length;
    process.stdout.write(`\nServer scenarios, ${revision}\n\n${table(names, rows)}\n`);
  }
} finally {
  await ways.close();
  await fixture.close();
}
process.stdout.write(
  different === 0 ? "\nIdentical every way.\n" : `\n${different} scenarios are not the same every way.\n`,
);
process.exitCode = different === 0 ? 0 : 1;
