import { expect, it } from "vitest";
import { Grants } from "../../../src/gateway/grants/grants.ts";
import { argumentDigest, type GrantedCall } from "../../../src/gateway/grants/offer.ts";
import type { GrantRecord } from "../../../src/gateway/store/grants.ts";
import type { Json } from "../../../src/shared/json.ts";
import { scratch } from "../store/scratch.ts";

const call: GrantedCall = {
  principal: "staff:erin",
  connection: "files",
  tool: "write_it",
  arguments: { content: "x".repeat(1000), path: "/srv/a" },
};

function grant(number: number, digest: string): GrantRecord {
  const person = { kind: "user" as const, groups: [] };
  return {
    id: `grt_${number}`,
    state: "live",
    approval: `apr_${number}`,
    principal: { id: "staff:erin", name: "Erin", ...person },
    person: "staff:erin",
    by: { id: "staff:avery", name: "Avery", ...person },
    device: "d",
    presence: "window",
    connection: "files",
    tool: "write_it",
    fingerprint: "f",
    rule: { name: "writes", version: "1" },
    risk: "medium",
    approvers: ["approvers"],
    constraints: [
      { argument: "content", constraint: "equal", digest, shown: "shown", hidden: [] },
      { argument: "path", constraint: "any" },
    ],
    uses: 0,
    mostUses: 1,
    createdAtMs: 1,
    endsAtMs: 2,
    lastUsedAtMs: null,
    end: null,
    jws: "jws",
  };
}

it("a call's arguments are digested once, however many grants of its tool they are compared with", async () => {
  const store = await (await scratch()).open();
  const { keys } = await scratch();
  let digested = 0;
  const keyedDigest = (value: Json): string => {
    digested += 1;
    return keys.keyedDigest(value);
  };
  const grants = new Grants({
    store,
    now: Date.now,
    keyedDigest,
    personOf: (id) => id,
    ownerOf: () => undefined,
    ruleVersion: () => "1",
    letIn: () => true,
    placeOf: () => "place",
    fingerprintOf: () => "f",
  });
  const fitting = argumentDigest((value) => keys.keyedDigest(value), call, "content", "x".repeat(1000));
  await store.commit((writes) => {
    for (let number = 0; number < 50; number += 1) writes.grants.put(grant(number, "another"));
  });
  expect(grants.mayServe(call, "1")).toBe(false);
  expect(digested).toBe(1);
  await store.commit((writes) => writes.grants.put(grant(50, fitting)));
  expect(grants.mayServe({ ...call }, "1")).toBe(true);
  expect(digested).toBe(2);
});
