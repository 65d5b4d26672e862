import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes longest begins first, or one worker would end with it alone. */
const longest = ["renderer/axe", "e2e/large", "e2e/states", "approvals/kill", "mcp/attacks"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}

function place({ moduleId }: TestSpecification): number {
  const at = longest.findIndex((name) => moduleId.includes(name));
  return at === -1 ? longest.length : at;
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    // A machine under load stands still for seconds: these bounds end what hangs, they don't say what is fast.
    testTimeout: 90_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    reporters: ["default", "./test/support/summary-reporter.ts"],
    // Two cores: more workers take as long, and only make time-outs likelier.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Hundreds of our processes are started: what the first one compiled the others need not.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url)) },
  },
});
