import { measureDisk } from "./disk.ts";
import { echoJob, type Ground } from "./ground.ts";
import type { LoadClient } from "./processes/children.ts";
import { quantile } from "./table.ts";

/** Where the same call goes. */
interface Way {
  readonly name: string;
  readonly url: string;
  readonly token: string | null;
}

/** One figure a round: p50 in milliseconds of one call at a time, calls a second at each width. */
interface Load {
  readonly name: string;
  readonly p50sMs: readonly number[];
  readonly perSecond: ReadonlyMap<number, readonly number[]>;
}

const callsAtOne = 300;
const callsEachWidth = 2000;

/**
 * The same call by every way in turn, for so many rounds, at these widths besides one at a time. Each round begins with
 * another way and each measurement with calls that don't count, so that neither place nor rest is taken for a cost.
 */
async function measureLoad(
  client: LoadClient,
  ways: readonly Way[],
  widths: readonly number[],
  rounds: number,
): Promise<{ readonly loads: readonly Load[]; readonly diskMs: number }> {
  const all = ways.map((way) => ({
    way,
    p50s: [] as number[],
    rates: new Map(widths.map((w) => [w, [] as number[]])),
  }));
  const disk: number[] = [];
  for (const { url, token } of ways) await client.run(echoJob(url, token, Math.max(1, ...widths), callsEachWidth));
  for (let round = 0; round < rounds; round += 1) {
    disk.push(measureDisk());
    const turn = all.map((_, at) => at + round).flatMap((at) => all[at % all.length] ?? []);
    for (const { way, p50s } of turn) {
      await client.run(echoJob(way.url, way.token, 1, callsAtOne / 4));
      const { times } = await client.run(echoJob(way.url, way.token, 1, callsAtOne));
      p50s.push(quantile(times, 0.5));
    }
    for (const width of widths) {
      for (const { way, rates } of turn) {
        await client.run(echoJob(way.url, way.token, width, callsEachWidth / 4));
        const { elapsedMs } = await client.run(echoJob(way.url, way.token, width, callsEachWidth));
        rates.get(width)?.push((callsEachWidth * 1000) / elapsedMs);
      }
    }
  }
  const loads = all.map(({ way, p50s, rates }) => ({ name: way.name, p50sMs: p50s, perSecond: rates }));
  return { loads, diskMs: quantile(disk, 0.5) };
}

/** Gateway against bare proxy and the target itself. */
export async function compareLoads(ground: Ground): Promise<string> {
  const reads = await ground.gateway();
  const writes = await ground.gateway({ readOnly: false });
  const ways: readonly Way[] = [
    { name: "direct", url: ground.target, token: null },
    { name: "bare reverse proxy", url: ground.proxy, token: null },
    {
      name: "gateway, rule says readOnly",
      url: `${reads.url}/mcp/target`,
      token: await reads.token("erin", ["engineers"]),
    },
    {
      name: "gateway, rule doesn't",
      url: `${writes.url}/mcp/target`,
      token: await writes.token("erin", ["engineers"]),
    },
  ];
  const widths = [16, 64];
  const { loads, diskMs } = await measureLoad(ground.client, ways, widths, 7);
  const [direct, proxy] = loads;
  const lines = loads.map((load) =>
    [
      load.name.padEnd(30),
      alone(load).toFixed(3).padStart(9),
      (alone(load) - alone(direct)).toFixed(3).padStart(9),
      ...widths.flatMap((width) => {
        const rate = together(load, width);
        const share = rate / together(proxy, width);
        return [rate.toFixed(0).padStart(9), `${(share * 100).toFixed(0)} %`.padStart(7)];
      }),
    ].join(" "),
  );
  const head = ["".padEnd(30), "×1 p50 ms", "added ms ", ...widths.flatMap((w) => [`×${w} /s`.padStart(9), "of bare"])];
  const limit = 0.4 + 2 * diskMs;
  return [
    "200-byte call, everything on, medians of seven interleaved rounds",
    head.join(" "),
    ...lines,
    `fdatasync of 4 KiB in the same run: ${diskMs.toFixed(3)} ms; ×1 may add ${limit.toFixed(3)} ms`,
    "",
  ].join("\n");
}

/** What the length of the ledger and the number of rules do to a call's cost, each against the first of its kind. */
export async function compareSizes(ground: Ground, ledgers: readonly number[]): Promise<string> {
  const of = async (name: string, options: Parameters<Ground["gateway"]>[0]): Promise<Way> => {
    const gateway = await ground.gateway(options);
    return { name, url: `${gateway.url}/mcp/target`, token: await gateway.token("erin", ["engineers"]) };
  };
  const sizes: Way[] = [];
  for (const entries of ledgers) sizes.push(await of(`${entries.toExponential(0)} ledger entries`, { entries }));
  // What two equal gateways differ by is what this run can't tell from nothing.
  const [least] = ledgers;
  if (least !== undefined) sizes.push(await of(`${least.toExponential(0)} entries, again`, { entries: least }));
  const rules: Way[] = [];
  for (const count of [10, 100, 1000]) rules.push(await of(`${count} rules`, { rules: count, entries: 1000 }));
  const ways = [...sizes, ...rules];
  // Every gateway has each place of a round twice.
  const { loads } = await measureLoad(ground.client, ways, [16], 2 * ways.length);
  const lines = loads.map((load, at) => {
    const base = loads[at < sizes.length ? 0 : sizes.length];
    return [
      load.name.padEnd(30),
      alone(load).toFixed(3).padStart(9),
      percent(ratio(load.p50sMs, base?.p50sMs)).padStart(9),
      together(load, 16).toFixed(0).padStart(9),
      percent(ratio(base?.perSecond.get(16), load.perSecond.get(16))).padStart(9),
    ].join(" ");
  });
  const head = ["".padEnd(30), "×1 p50 ms", "     cost", "   ×16 /s", "     cost"].join(" ");
  return ["What size does to a call's cost, against the first of each kind", head, ...lines, ""].join("\n");
}

/** The median over the rounds. */
function alone(load: Load | undefined): number {
  return quantile(load?.p50sMs ?? [], 0.5);
}

function together(load: Load | undefined, width: number): number {
  return quantile(load?.perSecond.get(width) ?? [], 0.5);
}

/** The median of each round's own ratio: what slows a whole round slows both. */
export function ratio(these: readonly number[] = [], those: readonly number[] = []): number {
  return quantile(
    these.map((figure, round) => figure / (those[round] ?? Number.NaN)),
    0.5,
  );
}

function percent(cost: number): string {
  return `${cost >= 1 ? "+" : ""}${((cost - 1) * 100).toFixed(0)} %`;
}
