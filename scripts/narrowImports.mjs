/**
 * Makes a bundle of what is used. The sources say `import { Effect } from "effect"`, and esbuild keeps all of a module
 * that is exported under a name; of `import * as Effect from "effect/Effect"` it keeps what is called.
 */
import { transform } from "esbuild"
import { readFile } from "node:fs/promises"
import { sep } from "node:path"
import { fileURLToPath } from "node:url"

const sources = fileURLToPath(new URL("../src/", import.meta.url))

/** @type {import("esbuild").Plugin} */
export const narrowImports = {
  name: "narrow imports",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (!path.startsWith(sources) || path.includes(`${sep}node_modules${sep}`)) return undefined
      // Without its types, what is left of an import are names.
      const { code } = await transform(await readFile(path, "utf8"), { loader: "ts" })
      return { contents: code.replace(/^import \{([^}]*)\} from "effect";$/gm, (_, names) => narrowed(names)) }
    })
}

const narrowed = (/** @type {string} */ names) =>
  names.split(",").map((name) => {
    const [module, alias = module] = name.trim().split(" as ")
    return `import * as ${alias} from "effect/${module}";`
  }).join("")
