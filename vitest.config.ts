import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const src = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^effect-cairn\/agents$/, replacement: src("agents.ts") },
      { find: /^effect-cairn\/people$/, replacement: src("people.ts") },
      { find: /^effect-cairn\/ai$/, replacement: src("ai.ts") },
      { find: /^effect-cairn\/cli$/, replacement: src("cli.ts") },
      { find: /^effect-cairn\/programs$/, replacement: src("programs.ts") },
      { find: /^effect-cairn\/sql$/, replacement: src("sql.ts") },
      { find: /^effect-cairn\/steps$/, replacement: src("steps.ts") },
      { find: /^effect-cairn$/, replacement: src("index.ts") }
    ]
  },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    reporters: ["default", ["json", { outputFile: "test-results.json" }]]
  }
})
