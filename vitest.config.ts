import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    // A machine under load stands still for seconds: these bounds end what hangs, they don't say what is fast.
    testTimeout: 90_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    reporters: ["default", "./test/support/summary-reporter.ts"],
    // Two cores: more workers than that only make time-outs likelier.
    maxWorkers: 2,
  },
});
