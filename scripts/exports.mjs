/** Writes the doors into package.json. With `--check` it only says whether they are there, which is part of every check. */
import { readFileSync, writeFileSync } from "node:fs"
import { doors } from "./doors.mjs"

const file = new URL("../package.json", import.meta.url)
const description = JSON.parse(readFileSync(file, "utf8"))

description.exports = Object.fromEntries([
  ...Array.from(doors, ([name, path]) => [
    name.replace("effect-cairn", "."),
    { types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` }
  ]),
  ["./package.json", "./package.json"]
])
const text = `${JSON.stringify(description, null, 2)}\n`
if (!process.argv.includes("--check")) writeFileSync(file, text)
else if (readFileSync(file, "utf8") !== text) {
  console.error("The exports of package.json are not those of src/: npm run exports")
  process.exit(1)
}
