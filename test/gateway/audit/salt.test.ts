import { expect, test } from "vitest";
import { newSalt } from "../../../src/gateway/audit/salt.ts";

test("no salt comes twice, and none shares memory with another", () => {
  const salts = Array.from({ length: 1000 }, newSalt);
  expect(new Set(salts.map((salt) => salt.toString("hex"))).size).toBe(1000);
  const before = salts[1]?.toString("hex");
  salts[0]?.fill(0);
  expect(salts[1]?.toString("hex")).toBe(before);
  expect(salts.every(({ length }) => length === 32)).toBe(true);
});
