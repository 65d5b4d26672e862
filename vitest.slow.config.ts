import { defineConfig } from "vitest/config";

/** `npm run test:slow`: what takes minutes of real time. All of it runs side by side. */
export default defineConfig({
  test: {
    include: ["test/slow/**/*.slow.ts"],
    testTimeout: 300_000,
    hookTimeout: 30_000,
    reporters: ["default", "./test/support/summary-reporter.ts"],
    maxWorkers: 2,
    maxConcurrency: 20,
  },
});
