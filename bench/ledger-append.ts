import { rm } from "node:fs/promises";
import { join } from "node:path";
import { openLedger, type OpenLedger } from "./ledger-folder.ts";
import { quantile } from "./table.ts";

const rounds = 30;
const callsEachRound = 10;

/** Appending to ledgers of these lengths in turn, a commit an entry as calls do: what an entry takes of the processor, and of time until it is durable. */
export async function measureAppends(folder: string, longest: OpenLedger, shorter: readonly number[]): Promise<string> {
  const others: OpenLedger[] = [];
  for (const entries of shorter) {
    const place = join(folder, String(entries));
    await rm(place, { recursive: true, force: true });
    others.push(await openLedger(place));
    await others.at(-1)?.fillTo(entries);
  }
  const all = [...others, longest].map((ledger) => ({
    ledger,
    began: ledger.length(),
    us: [] as number[],
    ms: [] as number[],
  }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [at] of all.entries()) {
      // Each round begins with another.
      const one = all[(at + round) % all.length];
      if (one === undefined) continue;
      const { us, ms } = await appended(one.ledger);
      // The first round only warms.
      if (round > 0) one.us.push(us);
      if (round > 0) one.ms.push(ms);
    }
  }
  const lines = all.map(({ began, us, ms }) => {
    const growth = quantile(
      us.map((cost, round) => cost / (all[0]?.us[round] ?? Number.NaN)),
      0.5,
    );
    return [
      String(began).padStart(10),
      quantile(us, 0.5).toFixed(0).padStart(18),
      `×${growth.toFixed(2)}`.padStart(8),
      quantile(ms, 0.5).toFixed(2).padStart(14),
    ].join(" ");
  });
  for (const { store } of others) await store.close();
  return [
    "An entry appended and durable, by the ledger's length",
    "   entries   processor µs    first      median ms",
    ...lines,
    "",
  ].join("\n");
}

/** Of one entry, over some calls. */
async function appended(ledger: OpenLedger): Promise<{ readonly us: number; readonly ms: number }> {
  const before = process.cpuUsage();
  const beganMs = performance.now();
  let entries = 0;
  for (let call = 0; call < callsEachRound; call += 1) entries += await ledger.appendCall();
  const { user, system } = process.cpuUsage(before);
  return { us: (user + system) / entries, ms: (performance.now() - beganMs) / entries };
}
