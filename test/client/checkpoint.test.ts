import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCheckpointKeeper } from "../../src/client/checkpoint.ts";
import { bearing } from "../../src/client/pass.ts";
import { createGatewayApi } from "../../src/client/gateway.ts";
import { CountersignError, type ErrorCode, type Failure } from "../../src/shared/errors.ts";
import { proof } from "../../src/shared/ledger.ts";
import { startGateway, type GatewayStandIn } from "../support/gateway-stand-in.ts";
import { eventually } from "../support/eventually.ts";

let directory: string;
let gateway: GatewayStandIn;
let failures: Failure[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "countersign-checkpoint-"));
  gateway = await startGateway();
  failures = [];
  proofs = [];
  away = null;
});
afterEach(async () => {
  await gateway.close();
  await rm(directory, { recursive: true, force: true });
});

const account = { subject: "1", name: "Sam" };
const tokens = { accessToken: "token-1", expiresAtMs: Number.MAX_SAFE_INTEGER, account };
let proofs: (readonly [number, number])[];
let away: ErrorCode | null;
function keeper(paceMs = 0) {
  const api = createGatewayApi(
    gateway.origin,
    bearing(() => Promise.resolve(tokens)),
    undefined,
  );
  return createCheckpointKeeper({
    directory,
    ledgerKey: gateway.profile.ledgerKey,
    rotations: () => Promise.resolve([]),
    async prove(from, to) {
      proofs.push([from, to]);
      if (away !== null) throw new CountersignError(away, "Not now.");
      return (await api.get(`/v1/audit/consistency?from=${from}&to=${to}`, proof)).proof;
    },
    onFailure: (failure) => failures.push(failure),
    paceMs,
  });
}
const kept = () => readFile(join(directory, "checkpoint.txt"), "utf8");

describe("checkpoint keeper", () => {
  it("keeps the newest verified note, over a restart too", async () => {
    await keeper().take(gateway.note(3));
    await keeper().take(gateway.note(7));
    expect(await kept()).toBe(gateway.note(7));
    expect(failures).toEqual([]);
  });

  it("says so when the ledger shrank, and keeps the evidence whatever comes after", async () => {
    await keeper().take(gateway.note(7));
    const after = keeper();
    await after.take(gateway.note(5));
    await after.take(gateway.note(9));
    expect(failures).toMatchObject([{ code: "ledger_inconsistent" }]);
    expect(after.failure()?.message).toContain("from 7 to 5");
    expect(await kept()).toBe(gateway.note(7));
  });

  it("says so when two histories have the same size", async () => {
    const one = keeper();
    await one.take(gateway.note(7));
    await one.take(gateway.note(7));
    expect(failures).toEqual([]);
    await one.take(gateway.note(7, "B"));
    expect(failures).toMatchObject([{ code: "ledger_inconsistent" }]);
  });

  it("says so when a larger ledger doesn't continue the one kept, and keeps the evidence", async () => {
    await keeper().take(gateway.note(7));
    gateway.history = "B";
    const after = keeper();
    await after.take(gateway.note(12, "B"));
    expect(failures).toMatchObject([{ code: "ledger_inconsistent" }]);
    expect(after.failure()?.message).toContain("of 12 entries doesn't continue the one of 7");
    expect(await kept()).toBe(gateway.note(7));
  });

  it("keeps the older note while the gateway can't be reached, and proves the next one against it", async () => {
    const one = keeper();
    await one.take(gateway.note(7));
    away = "gateway_unreachable";
    await one.take(gateway.note(9));
    expect(await kept()).toBe(gateway.note(7));
    away = null;
    await eventually(async () => {
      await one.take(gateway.note(12));
      expect(await kept()).toBe(gateway.note(12));
    });
    expect(failures).toEqual([]);
  });

  it("takes a gateway that has no proof for one whose record was rewritten", async () => {
    const one = keeper();
    await one.take(gateway.note(7));
    away = "not_found";
    await one.take(gateway.note(9));
    expect(one.failure()?.message).toContain("no proof that its ledger only grew");
    expect(await kept()).toBe(gateway.note(7));
  });

  it("asks for one proof in a while, however many notes come, and then for the newest", async () => {
    const one = keeper(3000);
    await one.take(gateway.note(7));
    for (let size = 8; size <= 40; size += 1) await one.take(gateway.note(size));
    expect(proofs).toEqual([[7, 8]]);
    await eventually(async () => expect(await kept()).toBe(gateway.note(40)));
    expect(proofs).toEqual([
      [7, 8],
      [8, 40],
    ]);
  });

  it("stores no note that the pinned key did not sign", async () => {
    const one = keeper();
    await one.take(gateway.note(7).replace("\n7\n", "\n8\n"));
    expect(failures).toMatchObject([{ code: "ledger_inconsistent" }]);
    await expect(kept()).rejects.toThrow("ENOENT");
  });

  it("notices that the kept note was changed", async () => {
    await keeper().take(gateway.note(7));
    await writeFile(join(directory, "checkpoint.txt"), gateway.note(7).replace("\n7\n", "\n2\n"));
    await keeper().take(gateway.note(5));
    expect(failures).toMatchObject([{ code: "ledger_inconsistent" }]);
  });
});
