import { describe, expect, it } from "vitest";
import { compileCondition } from "../../../src/gateway/policy/condition.ts";
import type { Unknown, Veil } from "../../../src/gateway/policy/veil.ts";
import { subject } from "./subjects.ts";

function evaluate(text: string, veil: Veil): boolean | string {
  const compiled = compileCondition(text);
  if (!compiled.ok) throw new Error(compiled.message);
  const args = { amount: 250, card: "••••", deep: { pin: "••••", on: true }, list: ["a", "••••"], text: "see ••••" };
  const evaluated = compiled.condition.evaluateVeiled(subject({ arguments: args }), veil);
  if (!evaluated.known) return evaluated.why;
  return evaluated.answer.ok ? evaluated.answer.holds : `failed: ${evaluated.answer.why}`;
}

const hidden = (...path: Unknown["path"]): Unknown => ({ path, what: path.join(".") });
const veil: Veil = {
  unknown: [
    hidden("arguments", "card"),
    hidden("arguments", "gone"),
    hidden("arguments", "deep", "pin"),
    hidden("arguments", "list", 1),
    hidden("arguments", "text", "inner"),
  ],
  weight: { values: 64, characters: 1024 },
};

describe("a condition on what is not known whole", () => {
  it.each<[string, boolean | string]>([
    ["arguments.amount > 100", true],
    ["arguments.deep.on", true],
    ["size(arguments) == 6", true],
    ['arguments.list.exists(x, x == "a")', true],
    ["size(arguments.list) == 2", true],
    ['arguments.card == "1" || arguments.amount > 100', true],
    ['arguments.amount > 300 && arguments.card == "1"', false],
    ["arguments.absent == 1", "failed: No such key: absent"],
    ['arguments.card == "••••"', "it reads arguments.card"],
    ['arguments.card != "1"', "it reads arguments.card"],
    ["has(arguments.gone)", "it reads arguments.gone"],
    ['arguments.deep == {"on": true}', "it reads arguments.deep.pin"],
    ['arguments.list.all(x, x != "b")', "it reads arguments.list.1"],
    ['arguments.list.exists(x, x == "b")', "it reads arguments.list.1"],
    ['arguments.text.contains("see")', "it reads arguments.text.inner"],
    ['arguments["car" + "d"].startsWith("4")', "it reads arguments.card"],
    ["arguments.map(k, arguments[k]).size() == 6", "it reads arguments.card"],
  ])("%s comes to %s", (text, expected) => expect(evaluate(text, veil)).toBe(expected));

  it("is not known either where the arguments may have been too large for it", () => {
    const heavy = { ...veil, weight: { values: 4096, characters: 4_194_304 } };
    expect(evaluate('arguments.list.exists(x, x == "a")', heavy)).toMatch(/size of arguments that were masked/);
    expect(evaluate("arguments.amount > 100", heavy)).toBe(true);
    expect(evaluate('connection == "files"', heavy)).toBe(true);
  });
});
