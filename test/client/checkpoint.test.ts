import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCheckpointKeeper } from "../../src/client/checkpoint.ts";
import type { Failure } from "../../src/shared/errors.ts";
import { startGateway, type GatewayStandIn } from "../support/gateway-stand-in.ts";

let directory: string;
let gateway: GatewayStandIn;
let failures: Failure[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "countersign-checkpoint-"));
  gateway = await startGateway();
  failures = [];
});
afterEach(async () => {
  await gateway.close();
  await rm(directory, { recursive: true, force: true });
});

const keeper = () => createCheckpointKeeper(directory, gateway.profile.ledgerKey, (failure) => failures.push(failure));
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
