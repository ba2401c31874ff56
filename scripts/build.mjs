/** Builds the package: the library with tsc, the command as one file with esbuild. */
import { build } from "esbuild"
import { execFileSync } from "node:child_process"
import { chmodSync, rmSync, writeFileSync } from "node:fs"
import { bundling } from "./bundling.mjs"

rmSync("dist", { recursive: true, force: true })
execFileSync("tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" })

const { metafile } = await build({
  ...bundling,
  entryPoints: { main: "src/main.ts" },
  outdir: "dist/bin",
  metafile: true
})

// The pages of help are fixed when the package is built, so that showing one loads nothing. What is loaded for the rest
// is compiled once where Node can keep that (from 22.8).
const print = (/** @type {ReadonlyArray<string>} */ words) =>
  execFileSync(process.execPath, ["dist/bin/main.mjs"].concat(words), { encoding: "utf8", env: {} })
const { commands } = JSON.parse(print(["help", "--json"]))
const asked = ["", "--version", "--help", "-h", ...commands.flatMap(({ name }) => [`${name} --help`, `${name} -h`])]
const pages = Object.fromEntries(
  asked.map((words) => [words, print(words.split(" ").filter((word) => word !== ""))])
)
writeFileSync(
  "dist/bin/cairn.mjs",
  `#!/usr/bin/env node
const pages = ${JSON.stringify(pages)}
const words = process.argv.slice(2).join(" ")
if (Object.hasOwn(pages, words)) {
  process.stdout.on("error", ({ code }) => (process.exitCode = code === "EPIPE" ? 0 : 74)).write(pages[words])
} else {
  const { enableCompileCache } = await import("node:module")
  enableCompileCache?.()
  await import("./main.mjs")
}
`
)
chmodSync("dist/bin/cairn.mjs", 0o755)
const sizes = Object.values(metafile.outputs).map(({ bytes }) => bytes)
const kB = (/** @type {number} */ bytes) => `${(bytes / 1024).toFixed(0)} kB`
console.log(
  `dist/bin/main.mjs ${kB(metafile.outputs["dist/bin/main.mjs"]?.bytes ?? 0)}, ${
    kB(sizes.reduce((a, b) => a + b))
  } in all`
)
