import { expect, it } from "vitest";
import { mostSeen, Seen } from "../../../src/gateway/mcp/seen.ts";
import { References } from "../../../src/gateway/replay/references.ts";
import { caller } from "../policy/subjects.ts";

it("finds whatever a call refers to, while neither side keeps more than so many", () => {
  const seen = new Seen();
  const references = new References();
  const many = Array.from({ length: 3 * mostSeen }, (_, n) => ({ ...caller("staff"), id: `idp:${n}` }));
  const recorded = new Set<string>();
  const call = (principal: (typeof many)[number]): void => {
    const missing = seen.missing([seen.principal(principal)]);
    for (const { kind, key, body } of missing) {
      recorded.add(key);
      references.note(kind, JSON.stringify(body()));
    }
    seen.recorded(missing);
    expect(references.principal(seen.state(principal))?.id).toBe(principal.id);
  };
  for (const principal of many) call(principal);
  for (const principal of many.slice(-mostSeen / 2)) call(principal);
  expect(recorded.size).toBe(many.length);
  expect(references.principal(seen.state(many[0] as (typeof many)[number]))).toBeUndefined();
});

it("tells states apart by all that rules may read", () => {
  const seen = new Seen();
  const base = caller("staff");
  const others = [{ ...base, assurance: "low" }, { ...base, roles: ["admin" as const] }, caller("staff", "leads")];
  const states = new Set([base, ...others].map((principal) => seen.state(principal)));
  expect(states.size).toBe(4);
  expect(seen.state({ ...base, expiresAtMs: 5 })).toBe(seen.state(base));
});
