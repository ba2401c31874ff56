/**
 * The doors of the package: each file of `src/` by its name, and each module of the index by its own, as `effect` has it:
 * `import * as Step from "effect-cairn/Step"`. Everything that has to know them takes them from here.
 */
import { readdirSync, readFileSync } from "node:fs"

const source = (/** @type {string} */ path) => new URL(`../src/${path}`, import.meta.url)

/** @type {ReadonlyArray<string>} */
const files = readdirSync(source("."))
  .filter((name) => name.endsWith(".ts") && name !== "main.ts" && name !== "index.ts")
  .map((name) => name.replace(/\.ts$/, ""))

const modules = Array.from(
  readFileSync(source("index.ts"), "utf8").matchAll(/^export \* as (\w+) from "\.\/(.+)\.ts"$/gm),
  ([, name = "", path = ""]) => /** @type {const} */ ([name, path])
)

/**
 * What is behind each door, as a path in `src/` without its end, by the name that users write.
 *
 * @type {ReadonlyMap<string, string>}
 */
export const doors = new Map([
  ["effect-cairn", "index"],
  ...files.map((name) => /** @type {const} */ ([`effect-cairn/${name}`, name])),
  ...modules.map(([name, path]) => /** @type {const} */ ([`effect-cairn/${name}`, path]))
])
