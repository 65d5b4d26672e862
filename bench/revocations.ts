import { beginAll, kindsUnderWay, openLasting } from "../test/gateway/under-way.ts";
import { takeSeat } from "../test/gateway/seat.ts";
import { quantile } from "./table.ts";

const rounds = 12;

/** From sending a revocation to the end of each thing that is under way of whom it concerns, in one process with the gateway. */
export async function measureRevocations(): Promise<string> {
  const ground = await openLasting();
  const times = new Map<string, number[]>(kindsUnderWay.map((kind) => [kind, []]));
  try {
    const admin = await takeSeat(ground.url, await ground.token("ada", ["admins"]));
    for (let round = 0; round < rounds; round += 1) {
      const seat = await takeSeat(ground.url, await ground.token(`erin-${round}`, ["engineers", "approvers"]));
      const all = await beginAll(ground, seat);
      const ids = { principal: `staff:erin-${round}`, device: seat.id, session: seat.session.begun.session };
      const kind = (["principal", "device", "session"] as const)[round % 3] ?? "principal";
      const startedMs = performance.now();
      const ended = kindsUnderWay.map((each) =>
        all[each].then(() => times.get(each)?.push(performance.now() - startedMs)),
      );
      await admin.ask("/v1/revocations", { kind, id: ids[kind] });
      await Promise.all(ended);
    }
  } finally {
    await ground.close();
  }
  const lines = [...times].map(([name, each]) =>
    [name.padEnd(44), ...[0.5, 1].map((share) => quantile(each, share).toFixed(0).padStart(9))].join(" "),
  );
  const head = ["".padEnd(44), "p50 ms".padStart(9), "worst ms".padStart(9)].join(" ");
  return [
    "From a revocation to the end of what is under way (principals, devices and sessions)",
    head,
    ...lines,
    "",
  ].join("\n");
}
