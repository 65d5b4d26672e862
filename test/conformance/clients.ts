import { compare, table } from "./comparison.ts";
import { startSwitchboard } from "./switchboard.ts";
import { clientFindings, clientScenarios, revisions, type Check, type ClientScenario, type Revision } from "./suite.ts";
import { openWays } from "./ways.ts";

const names = ["direct", "gateway", "tunnel + gateway"];

/** Why a scenario of the suite can't be compared, or null. Nothing is left out in silence: these are printed. */
function whyNot({ name, revisions: about }: ClientScenario): string | null {
  if (name.startsWith("auth/"))
    return "the client's OAuth with the server: the gateway's own sign-in takes its place, and the gateway or agent holds the server's credential";
  if (name.startsWith("sep-2640-"))
    return "the skills extension: skills/list is a method that the gateway does not know, so it is refused";
  return revisions.some((revision) => about.includes(revision)) ? null : "of neither revision";
}

/** Runs the suite's client scenarios every way and prints them; how many scenarios differ. */
export async function compareClients(print: (text: string) => void): Promise<number> {
  const scenarios = await clientScenarios();
  const compared = scenarios.filter((scenario) => whyNot(scenario) === null);
  // A gateway has one connection at least; the others come with the scenarios.
  const ways = await openWays([{ name: "idle", stdio: { command: process.execPath } }]);
  const switchboard = await startSwitchboard({
    gateway: async (target) => await ways.gateway(await ways.connect(target)),
    tunnel: async (target) => await ways.tunnel(await ways.connect(target)),
  });
  const addresses = [undefined, switchboard.address("gateway"), switchboard.address("tunnel")];
  let different = 0;
  try {
    for (const revision of revisions) {
      const those = compared.filter((scenario) => scenario.revisions.includes(revision));
      const runs = [];
      for (const address of addresses) runs.push(await findingsOf(those, revision, address));
      const rows = compare(names, runs);
      different += rows.filter(({ differences }) => differences.length > 0).length;
      print(`\nClient scenarios, ${revision}\n\n${table(names, rows)}\n`);
    }
  } finally {
    await switchboard.close();
    await ways.close();
  }
  print(notCompared(scenarios));
  return different;
}

async function findingsOf(
  scenarios: readonly ClientScenario[],
  revision: Revision,
  switchboard: string | undefined,
): Promise<ReadonlyMap<string, readonly Check[]>> {
  const found = new Map<string, readonly Check[]>();
  for (const { name } of scenarios) {
    for (const [scenario, checks] of await clientFindings(name, revision, switchboard)) found.set(scenario, checks);
  }
  return found;
}

function notCompared(scenarios: readonly ClientScenario[]): string {
  const reasons = new Map<string, string[]>();
  for (const scenario of scenarios) {
    const why = whyNot(scenario);
    if (why !== null) reasons.set(why, [...(reasons.get(why) ?? []), scenario.name]);
  }
  return [...reasons].map(([why, those]) => `\nNot compared (${why}):\n    ${those.join("\n    ")}\n`).join("");
}
