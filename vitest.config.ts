import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { doors } from "./scripts/doors.mjs"

const src = (path: string) => fileURLToPath(new URL(`./src/${path}.ts`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: Array.from(doors, ([name, path]) => ({ find: new RegExp(`^${name}$`), replacement: src(path) }))
  },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/breathing.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Else it leaves a core of two idle; most of what a test waits for is a process of its own.
    minWorkers: 2,
    maxWorkers: 2,
    // What the files import is loaded once a worker, not once a file: a fifth of the time of all tests.
    isolate: false,
    reporters: ["default", ["json", { outputFile: "test-results.json" }]]
  }
})
