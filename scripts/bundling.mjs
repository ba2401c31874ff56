/** How a command becomes a few files that need nothing beside them: that of the package, and those that are tested. */
import { fileURLToPath } from "node:url"
import { narrowImports } from "./narrowImports.mjs"

export const bundling = /** @satisfies {import("esbuild").BuildOptions} */ ({
  outExtension: { ".js": ".mjs" },
  bundle: true,
  // What only some commands need is a file of its own, loaded by those.
  splitting: true,
  minify: true,
  keepNames: false,
  legalComments: "none",
  platform: "node",
  target: "node20.19",
  format: "esm",
  plugins: [narrowImports],
  // It loads the files of a user, which is left to the package of their project.
  external: ["jiti"],
  // The same in modules, of which only what is used is taken.
  alias: { yaml: fileURLToPath(new URL("../node_modules/yaml/browser/dist/index.js", import.meta.url)) },
  banner: {
    js: "import{createRequire as cairnRequire}from\"node:module\";const require=cairnRequire(import.meta.url);"
  }
})
