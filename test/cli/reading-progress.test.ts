import { expect, it } from "vitest";
import { readingProgress } from "../../src/cli/reading-progress.ts";
import type { Terminal } from "../../src/cli/terminal.ts";

const nothing = (): void => undefined;

/** What a terminal shows of 20,000 entries that take this long each. */
function shown(json: boolean, msEach: number): readonly string[] {
  const said: string[] = [];
  const terminal: Terminal = {
    json,
    answer: nothing,
    note: nothing,
    progress: (text) => void said.push(text),
    confirm: async () => null,
  };
  let nowMs = 0;
  const tell = readingProgress(terminal, () => nowMs);
  for (let read = 1; read <= 20_000; read += 1) {
    nowMs += msEach;
    tell(read);
  }
  return said;
}

it("says from the first second on how many entries were read, a few times a second", () => {
  expect(shown(false, 0.1)).toEqual([
    "10240 entries read",
    "12800 entries read",
    "15360 entries read",
    "17920 entries read",
  ]);
});

it("says nothing of what is read within a second, nor beside JSON", () => {
  expect(shown(false, 0.01)).toEqual([]);
  expect(shown(true, 0.1)).toEqual([]);
});
