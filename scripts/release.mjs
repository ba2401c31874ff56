/**
 * Makes the next version of the changes in `.changeset/`: in package.json, in CHANGELOG.md, and in what the command says of
 * itself. Publishing is another matter.
 */
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"

execFileSync("changeset", ["version"], { stdio: "inherit" })
const { version } = JSON.parse(readFileSync("package.json", "utf8"))
const edit = (/** @type {string} */ file, /** @type {(text: string) => string} */ change) =>
  writeFileSync(file, change(readFileSync(file, "utf8")))

edit("src/cli/version.ts", (text) => text.replace(/(export const version = )".*"/, `$1"${version}"`))
// npm itself would drop from it what this machine has no use for.
edit("package-lock.json", (text) => {
  const lock = JSON.parse(text)
  lock.version = lock.packages[""].version = version
  return `${JSON.stringify(lock, null, 2)}\n`
})
