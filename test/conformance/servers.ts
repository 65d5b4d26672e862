import { compare, table } from "./comparison.ts";
import { startFixture } from "./fixture.ts";
import { revisions, serverFindings } from "./suite.ts";
import { openWays } from "./ways.ts";

const names = ["direct", "gateway", "tunnel + gateway", "gateway + agent"];

/** Runs the suite's server scenarios every way and prints them; how many scenarios differ. */
export async function compareServers(print: (text: string) => void): Promise<number> {
  const fixture = await startFixture();
  const target = { http: { url: fixture.url } };
  const ways = await openWays([{ name: "fixture", ...target, timeout: "20s" }], [{ name: "remote", ...target }]);
  let different = 0;
  try {
    const urls = [
      fixture.url,
      await ways.gateway("fixture"),
      await ways.tunnel("fixture"),
      await ways.gateway("remote"),
    ];
    for (const revision of revisions) {
      const runs = [];
      // One after the other: the suite's scenarios measure time.
      for (const url of urls) runs.push(await serverFindings(url, revision));
      const rows = compare(names, runs);
      different += rows.filter(({ differences }) => differences.length > 0).length;
      print(`\nServer scenarios, ${revision}\n\n${table(names, rows)}\n`);
    }
  } finally {
    await ways.close();
    await fixture.close();
  }
  return different;
}
