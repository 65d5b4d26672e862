import { describe, expect, it } from "vitest";
import { compileCondition } from "../../../src/gateway/policy/condition.ts";
import type { Subject } from "../../../src/gateway/policy/policy.ts";
import type { Json } from "../../../src/shared/json.ts";
import { subject } from "./subjects.ts";
import { cpuMs } from "../../support/cpu-time.ts";

function evaluate(text: string, of: Subject): boolean | string {
  const compiled = compileCondition(text);
  if (!compiled.ok) throw new Error(compiled.message);
  const answer = compiled.condition.evaluate(of);
  return answer.ok ? answer.holds : answer.why;
}

const call = subject({
  groups: ["engineers", "sre"],
  arguments: { path: "/srv/a.txt", amount: 250, tags: ["a", "b"], deep: { on: true }, list: [1, 2, 3] },
});

describe("a condition", () => {
  it.each<[string, boolean]>([
    ['principal.id == "idp:1"', true],
    ['principal.kind == "service"', false],
    ['"sre" in principal.groups', true],
    ['principal.issuer == "idp" && principal.roles == []', true],
    ['principal.assurance == "phr"', true],
    ['connection == "files" && method == "tools/call" && kind == "tool"', true],
    ['name.startsWith("read_")', true],
    ["tool.annotations.readOnlyHint", true],
    ['tool.fingerprint == "f1" && tool.name == name', true],
    ["arguments.amount > 100", true],
    ["arguments.amount <= 100", false],
    ['arguments.path.startsWith("/srv/")', true],
    ['arguments.path.matches("^/srv/[a-z.]+$")', true],
    ['arguments.tags.all(tag, tag in ["a", "b"])', true],
    ["arguments.list.exists(n, n > 2)", true],
    ['arguments.tags.exists(t, t.matches("^b"))', true],
    ["has(arguments.missing)", false],
    ["has(arguments.constructor)", false],
    ["arguments.deep.on", true],
    ['client.name == "cursor"', true],
    ['device == "dev_1" && address == "10.0.0.7"', true],
    ["time.getHours() == 14 && time.getDayOfWeek() == 5", true],
    ['time < timestamp("2030-01-01T00:00:00Z")', true],
  ])("%s is %s of the call", (text, holds) => expect(evaluate(text, call)).toBe(holds));

  it.each<[string, Subject, RegExp]>([
    ['arguments.missing == "x"', call, /No such key: missing/],
    ["arguments.__proto__ == null", call, /No such key/],
    ["arguments.amount + 1 > 3", call, /no such overload/],
    ["arguments.path", call, /neither true nor false/],
    ['tool.annotations["readOnlyHint"]', subject({ tool: null }), /No such key/],
  ])("%s fails where it can't be said", (text, of, why) => expect(evaluate(text, of)).toMatch(why));
});

describe("compiling a condition", () => {
  it.each<[string, RegExp, number]>([
    ["1 +", /Unexpected token/, 3],
    ['nme == "a"', /Unknown variable: nme/, 0],
    ['principal.grups == ["a"]', /No such key: grups/, 10],
    ['true && name == 5 && ""', /./, 0],
    ["name", /must be true or false, and this is a string/, 0],
    ['name.split(",").size() > 1', /There is no function split/, 0],
    ["cel.bind(x, name, x == name)", /There is no function bind/, 0],
    ["name.matches(connection)", /written as a string/, 0],
    ['name.matches("(a")', /RE2/, 13],
    ['name.matches("(?=a)b")', /RE2/, 13],
    ['name.countersignLinearMatches("a")', /There is no function/, 0],
    ["[1].all(a, [1].all(b, [1].all(c, true)))", /more than 2 deep/, 22],
  ])("refuses %s", (text, message, offset) => {
    const compiled = compileCondition(text);
    expect(compiled).toMatchObject({ ok: false });
    if (compiled.ok) return;
    expect(compiled.message).toMatch(message);
    if (offset > 0) expect(compiled.offset).toBe(offset);
  });

  it("refuses nesting, lists and texts beyond its limits, at once", () => {
    const hostile = [
      "(".repeat(1900) + "true" + ")".repeat(1900),
      "!".repeat(3000) + "true",
      "name" + ".a".repeat(1000),
      `[${"1,".repeat(1500)}1].size() > 0`,
      Array.from({ length: 900 }, () => "true").join(" && "),
      '"'.repeat(3999),
    ];
    const tookMs = cpuMs(() => {
      for (const text of hostile) expect(compileCondition(text)).toMatchObject({ ok: false });
    });
    expect(tookMs).toBeLessThan(2000);
  });
});

describe("hostile arguments", () => {
  const walks = ["arguments.list.all(a, arguments.list.exists(b, a == b))", "arguments.list.all(a, a >= 0)"];
  const text = "a".repeat(2_000_000);
  it.each<[string, Json]>([
    [walks[0] ?? "", { list: Array.from({ length: 50_000 }, (_, index) => index) }],
    [walks[1] ?? "", { list: Array.from({ length: 1_000_000 }, (_, index) => index) }],
    ["arguments.list.all(a, !arguments.text.contains(a))", { list: Array.from({ length: 5000 }, () => "ab"), text }],
    ['!arguments.text.matches("^(a+)+$")', { text: `${text.slice(0, 200_000)}b` }],
    ["arguments.a == arguments.b", { a: text, b: text }],
  ])("%s ends soon", (condition, given) => {
    const asked = subject({ arguments: given });
    let answer: unknown;
    // Followed to their ends, the first ones would take minutes.
    expect(cpuMs(() => (answer = evaluate(condition, asked)))).toBeLessThan(3000);
    expect([true, "the arguments are too large for it"]).toContain(answer);
  });
});
