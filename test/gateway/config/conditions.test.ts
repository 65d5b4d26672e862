import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../../src/gateway/config.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-conditions-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const head = `version: 1
listen: { port: 0 }
publicUrl: http://127.0.0.1:7300
data: data
keys: keys
issuers: [{ name: staff, kind: oidc, issuer: "http://127.0.0.1:9000", audience: gateway, clients: [app] }]
connections: [{ name: files, http: { url: "http://127.0.0.1:9100/mcp" } }]
rules:
`;

async function problems(rules: string) {
  const path = join(folder, "gateway.yaml");
  await writeFile(path, head + rules);
  const read = await readConfig(path);
  return read.ok ? [] : read.problems;
}

describe("a condition in gateway.yaml", () => {
  it.each([
    ["plain", "  - name: r\n    effect: allow\n    when: connection == files\n", 11, 25],
    ["quoted", "  - { name: r, effect: allow, when: 'true && nme == 1' }\n", 9, 46],
    ["a block", "  - name: r\n    effect: allow\n    when: |\n      true &&\n        nme == 1\n", 13, 9],
    ["escaped", '  - { name: r, effect: allow, when: "true \\x26\\x26 nme" }\n', 9, 37],
  ])("is refused with line and column where it is wrong: %s", async (_form, rules, line, column) => {
    const [problem, ...more] = await problems(rules);
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ line, column, at: "rules[0].when" });
    expect(problem?.message).toMatch(/Unknown variable: (nme|files)/);
  });

  it("is taken where it is right, and refused where it is too long", async () => {
    expect(await problems('  - { name: r, effect: allow, when: name == "a" }\n')).toEqual([]);
    expect(await problems(`  - { name: r, effect: allow, when: 'name == "${"a".repeat(4000)}"' }\n`)).toMatchObject([
      { line: 9, at: "rules[0].when" },
    ]);
  });
});
