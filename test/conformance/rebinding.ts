import { rebindingFindings, revisions, type Check } from "./suite.ts";
import { startFixture } from "./fixture.ts";
import { openWays, type Ways } from "./ways.ts";

/**
 * What the suite's scenario about DNS rebinding finds at one of the tunnel's addresses. The suite asks as a page does, with an Origin, and first under
 * another's name, then under the address's own. `bare` is the listener itself: it takes no page, its own name's neither. `program` is the same listener
 * with what a program sends instead: a token, and no Origin where it names the address.
 */
export interface Rebinding {
  readonly listener: string;
  readonly revision: string;
  readonly bare: readonly Check[];
  readonly program: readonly Check[];
}

/** Runs the scenario at each of the tunnel's addresses of the connection `fixture`, for each revision. */
export async function rebindings(ways: Pick<Ways, "listeners" | "front">): Promise<readonly Rebinding[]> {
  const found = [];
  for (const listener of ways.listeners("fixture"))
    for (const revision of revisions) {
      const bare = await rebindingFindings(listener, revision);
      const program = await rebindingFindings(await ways.front(listener), revision);
      found.push({ listener, revision, bare, program });
    }
  return found;
}

/** Whether only a program with a token is served, and nobody under another's name. */
export function isProtected({ bare, program }: Rebinding): boolean {
  return (
    statusOf(bare, "localhost-host-rebinding-rejected") === "SUCCESS" &&
    bare.some(({ id, errorMessage }) => id === "localhost-host-valid-accepted" && errorMessage?.endsWith("got 403")) &&
    statusOf(program, "localhost-host-rebinding-rejected") === "SUCCESS" &&
    statusOf(program, "localhost-host-valid-accepted") === "SUCCESS"
  );
}

/** Runs the scenario and prints what came of it; how many of its runs were not as they should be. */
export async function judgeRebinding(print: (text: string) => void): Promise<number> {
  const fixture = await startFixture();
  const ways = await openWays([{ name: "fixture", http: { url: fixture.url }, timeout: "20s" }]);
  try {
    const found = await rebindings(ways);
    const lines = found.map(
      (each) =>
        `${each.listener}, ${each.revision}: ${isProtected(each) ? "protected" : "NOT PROTECTED"}\n` +
        [...saidOf("a page", each.bare), ...saidOf("a program", each.program)].join(""),
    );
    print(`\nDNS rebinding at the tunnel's listener\n\n${lines.join("")}`);
    return found.filter((each) => !isProtected(each)).length;
  } finally {
    await ways.close();
    await fixture.close();
  }
}

function saidOf(who: string, checks: readonly Check[]): readonly string[] {
  return checks.map(
    ({ id, status, errorMessage }) =>
      `    ${who}: ${id} ${status}${errorMessage === undefined ? "" : ` (${errorMessage})`}\n`,
  );
}

function statusOf(checks: readonly Check[], wanted: string): string {
  return checks.find(({ id }) => id === wanted)?.status ?? "absent";
}
