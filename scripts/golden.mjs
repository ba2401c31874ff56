/**
 * Makes the runs of a format that are kept for ever, once, when the format is new: `npm run golden 2`. Those that
 * are there are never made again.
 */
import { build } from "esbuild"
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const [, , format = ""] = process.argv
const home = `test/golden/format-${format}`
if (!/^[1-9]\d*$/.test(format) || existsSync(home)) {
  console.error(`usage: npm run golden FORMAT, where there is no test/golden/format-FORMAT yet`)
  process.exit(2)
}

const temporary = mkdtempSync(join(tmpdir(), "cairn-golden-"))
const outfile = join(temporary, "make.mjs")
await build({
  entryPoints: ["test/golden/make.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  logLevel: "error",
  banner: { js: "import{createRequire as cr}from\"node:module\";const require=cr(import.meta.url);" }
})
mkdirSync(home, { recursive: true })
for (const name of ["finished", "half-done", "waiting", "failed"]) {
  const made = join(temporary, name)
  spawnSync(process.execPath, [outfile, made, name], { stdio: "inherit" })
  // The journal alone: the lock names this machine, and all the rest can be made again.
  for (const run of readdirSync(join(made, "runs"))) {
    mkdirSync(join(home, "runs", run), { recursive: true })
    writeFileSync(join(home, "runs", run, "journal"), readFileSync(join(made, "runs", run, "journal")))
  }
}
rmSync(temporary, { recursive: true })
console.log(readdirSync(join(home, "runs")).join("\n"))
