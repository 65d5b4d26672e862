import { expect, test } from "vitest";
import { isVouched, type Run } from "../../src/main/vouched.ts";

const env = { SystemRoot: "C:\\Windows" };

/** A system that answers so to whatever is run, and what was run. */
function system(answer: string | null): { readonly run: Run; readonly ran: unknown[] } {
  const ran: unknown[] = [];
  return {
    ran,
    run: async (file, args, given) => {
      ran.push([file, args, given?.["COUNTERSIGN_EXECUTABLE"]]);
      return answer;
    },
  };
}

test.each([
  ["darwin", true, "", true],
  ["darwin", true, null, false],
  ["darwin", false, "", false],
  ["win32", true, "Valid\r\n", true],
  ["win32", true, "NotSigned\r\n", false],
  ["win32", true, "HashMismatch\r\n", false],
  ["win32", true, null, false],
  ["win32", false, "Valid", false],
  ["linux", true, "Valid", false],
] as const)(
  "on %s, packaged %s, the system saying %j, a click is vouched for: %s",
  async (platform, isPackaged, answer, expected) => {
    const { run } = system(answer);
    expect(await isVouched({ platform, isPackaged, path: "/app", env }, run)).toBe(expected);
  },
);

test("the path goes to PowerShell by the environment, not in the command", async () => {
  const { run, ran } = system("Valid");
  const path = "C:\\it's'; Remove-Item x; '\\app.exe";
  await isVouched({ platform: "win32", isPackaged: true, path, env }, run);
  expect(JSON.stringify((ran[0] as unknown[])[1])).not.toContain("Remove-Item");
  expect((ran[0] as unknown[])[2]).toBe(path);
});

test("a Windows that does not say where it lies vouches for nothing", async () => {
  const { run, ran } = system("Valid");
  expect(await isVouched({ platform: "win32", isPackaged: true, path: "x", env: {} }, run)).toBe(false);
  expect(ran).toEqual([]);
});
