import { afterAll, beforeAll, expect, it } from "vitest";
import { verifyCheckpoint, type Checkpoint } from "../../src/shared/note.ts";
import { proof as proofShape } from "../../src/shared/ledger.ts";
import { isConsistent } from "../../src/shared/tree-proof.ts";
import { call, openWorld, type World } from "../support/world.ts";

let world: World;
let token: string;
beforeAll(async () => {
  world = await openWorld();
  token = await world.token("engineer");
});
afterAll(() => world.close());

async function newest(): Promise<Checkpoint> {
  const { body } = await call(world.url, token, "/v1/audit/checkpoint");
  const { ledgerKey } = (await (await fetch(`${world.url}/.well-known/countersign`)).json()) as { ledgerKey: string };
  const checkpoint = await verifyCheckpoint((body as { note: string }).note, ledgerKey);
  if (checkpoint === null) throw new Error("The checkpoint isn't signed.");
  return checkpoint;
}

it("of the running gateway's ledger show anybody signed in that it only grew", async () => {
  const before = await newest();
  await world.token("approver").then((other) => call(world.url, other, "/v1/audit/checkpoint"));
  await call(world.url, "no token", "/v1/me");
  const after = await newest();
  expect(after.size).toBeGreaterThan(before.size);
  const asked = `/v1/audit/consistency?from=${before.size}&to=${after.size}`;
  const { proof } = proofShape.parse((await call(world.url, token, asked)).body);
  expect(await isConsistent(before, after, proof)).toBe(true);
  expect(await isConsistent({ ...before, root: after.root }, after, proof)).toBe(false);
});

it.each([
  ["consistency?from=0&to=999999", 404],
  ["consistency?from=-1&to=1", 400],
  ["consistency?from=01&to=1", 400],
  ["consistency?to=1", 400],
  ["inclusion?entry=0&size=1&size=2&more=1", 400],
  ["inclusion?entry=5&size=5", 404],
  ["inclusion?entry=1e9&size=1e10", 400],
])("are refused when asked for as %s", async (query, status) => {
  expect(await call(world.url, token, `/v1/audit/${query}`)).toMatchObject({ status });
});
