import { Pool } from "undici";
import type { Bench } from "./bench.ts";
import { quantile, rowOf, type Row } from "./table.ts";
import { callOf } from "./ground.ts";

const rounds = 7;
const callsEachRound = 60;

/** One modern (stateless) `tools/call` by a light keep-alive client; resolves with the time it took, in milliseconds. */
type Caller = () => Promise<number>;

/** The same call to the target itself, through the gateway, and through tunnel and gateway, in turn. */
export async function measureCalls({
  world,
  tunnel,
  clientToken,
  token,
}: Bench): Promise<{ readonly rows: readonly Row[]; readonly direct: number }> {
  const ways: readonly (readonly [name: string, address: string, bearer: string])[] = [
    ["direct", world.customers, ""],
    ["through the gateway", `${world.url}/mcp/customers`, token],
    ["through tunnel and gateway", tunnel("customers"), clientToken],
  ];
  const pools: Pool[] = [];
  const callers = ways.map(([name, address, bearer]) => {
    const { caller, pool } = callerFor(address, bearer);
    pools.push(pool);
    return { name, caller, times: [] as number[] };
  });
  for (const { caller } of callers) await repeat(caller, callsEachRound);
  for (let round = 0; round < rounds; round += 1) {
    for (const { caller, times } of callers) times.push(...(await repeat(caller, callsEachRound)));
  }
  await Promise.all(pools.map((pool) => pool.close()));
  const direct = quantile(callers[0]?.times ?? [], 0.5);
  return { direct, rows: callers.map(({ name, times }) => rowOf(name, times, direct)) };
}

async function repeat(caller: Caller, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) times.push(await caller());
  return times;
}

function callerFor(address: string, bearer: string): { readonly caller: Caller; readonly pool: Pool } {
  const url = new URL(address);
  const pool = new Pool(url.origin, { connections: 1 });
  const { headers, body } = callOf("get_customer", bearer === "" ? null : bearer, { id: "cus_20418" });
  const caller = async (): Promise<number> => {
    const startedMs = performance.now();
    const answer = await pool.request({ method: "POST", path: url.pathname, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200 || !text.includes("cus_20418"))
      throw new Error(`${address} answered ${answer.statusCode}: ${text}`);
    return performance.now() - startedMs;
  };
  return { caller, pool };
}
