import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { unifiedDiff } from "../../../src/client/setup/diff.ts";

const line = fc.constantFrom("a", "b", "c", "}", "");
const text = fc.array(line, { maxLength: 30 }).map((lines) => lines.map((each) => `${each}\n`).join(""));

/** A patch that is applied as `patch` would: what isn't shown stands as before. */
function patched(before: string, diff: readonly string[]): string {
  const lines = before === "" ? [] : before.split("\n").slice(0, -1);
  const result: string[] = [];
  let at = 0;
  for (const each of diff.slice(2)) {
    const start = /^@@ -(\d+),(\d+) /.exec(each);
    if (start !== null) {
      const from = Number(start[1]) - (start[2] === "0" ? 0 : 1);
      result.push(...lines.slice(at, from));
      at = from;
    } else if (each.startsWith("+")) result.push(each.slice(1));
    else {
      expect(lines[at]).toBe(each.slice(1));
      if (each.startsWith(" ")) result.push(each.slice(1));
      at += 1;
    }
  }
  return [...result, ...lines.slice(at)].map((each) => `${each}\n`).join("");
}

const entry = (letter: string): string => `Authorization: Bearer cst_${letter.repeat(43)}\n`;

describe("a change as a diff", () => {
  it("turns what was into what is", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        if (before !== after) expect(patched(before, unifiedDiff("f", before, after))).toBe(after);
      }),
    );
  });

  it("shows no token, neither an old one nor a new one", () => {
    expect(unifiedDiff("f", `${entry("a")}x\n`, `${entry("a")}y\n${entry("b")}`)).toEqual([
      "--- f",
      "+++ f",
      "@@ -1,2 +1,3 @@",
      " Authorization: Bearer cst_…",
      "-x",
      "+y",
      "+Authorization: Bearer cst_…",
    ]);
  });

  it("shows no secret of another server that stands beside the change", () => {
    const secret = '"env": { "API_KEY": "sk-live-4f9a8b7c6d5e4f3a2b1c" }\n';
    const diff = unifiedDiff("f", secret, `${secret}"--client", "997c8234-181d-4b77-b631-b8e7ed436766"\n`);
    expect(diff).toContain(' "env": { "API_KEY": "…" }');
    expect(diff).toContain('+"--client", "997c8234-181d-4b77-b631-b8e7ed436766"');
  });

  it.each([
    ['"AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",', '"AWS_SECRET_ACCESS_KEY": "…",'],
    ['"env": { "PASSWORD": "correct \\" horse", "PORT": "80" }', '"env": { "PASSWORD": "…", "PORT": "80" }'],
    ['"args": ["--token=hunter2", "--port", "80"]', '"args": ["--token=…", "--port", "80"]'],
    ["db_password = 'it-is-short'", "db_password = '…'"],
    ["      api_key: correct horse # mine", "      api_key: … # mine"],
    ["Authorization: Basic YTpi", "Authorization: …"],
    ['"url": "postgres://me:s3cr3t@db/x"', '"url": "postgres://me:…@db/x"'],
    ['"max_tokens": 4096, "token": ""', '"max_tokens": 4096, "token": ""'],
    ['"url": "http://127.0.0.1:50123/mcp/files"', '"url": "http://127.0.0.1:50123/mcp/files"'],
  ])("shows what a secret is called, and not the secret: %s", (line, shown) => {
    expect(unifiedDiff("f", `${line}\n`, `${line}\nx\n`)).toContain(` ${shown}`);
  });

  it("takes no time over a long line that looks like names of secrets without end", () => {
    const line = "token".repeat(200_000) + ":".repeat(100) + "://".repeat(100_000);
    const began = process.cpuUsage();
    unifiedDiff("f", `${line}\n`, `${line}\nx\n`);
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(2_000);
  });
});
