import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["{planner,runtime,actors,transport,bench,test}/**/*.test.ts"],
    globalSetup: "test/servers/not-run.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Engines are threads of their own: two test files at a time keep two cores busy.
    maxWorkers: 2,
  },
})
