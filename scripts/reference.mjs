/**
 * Writes docs/reference.md: every export of every door with the first sentence of what the source says of it. An export of
 * which nothing is said is an error. With `--check` it only says whether the page is what it would be.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { doors } from "./doors.mjs"

const read = (/** @type {string} */ path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8")
const sourceOf = (/** @type {string} */ path) => read(`src/${path}.ts`)

/** @typedef {{ readonly name: string, readonly category: string, readonly sentence: string }} Export */

/** What stands in a comment, without its stars, its tags and what comes behind the first paragraph. */
const paragraph = (/** @type {string} */ comment) =>
  (comment.replaceAll(/^\s*\/\*\*|\*\/\s*$/g, "").replaceAll(/^\s*\* ?/gm, "").trim().split(/\n\s*\n|^@/m)[0] ?? "")
    .replaceAll(/\s+/g, " ").trim()

const sentence = (/** @type {string} */ comment) => /^.*?(?:[.!?](?= [A-Z`])|$)/.exec(paragraph(comment))?.[0] ?? ""

const own = /(\/\*\*(?:(?!\*\/).)*\*\/\n)?(?:\/\/[^\n]*\n)*^export (?:const|class|interface|type|function\*?) (\w+)/gms
const passedOn = /^export (?:type )?\{\s*(\/\*\*(?:(?!\*\/).)*\*\/)?\s*(\w+)\s*\} from/gms

/** @type {(path: string) => ReadonlyArray<Export>} */
const exportsOf = (path) => {
  const source = sourceOf(path)
  const found = [own, passedOn].flatMap((form) =>
    Array.from(source.matchAll(form), ([, comment = "", name = ""]) => ({
      name,
      category: /@category (.+)/.exec(comment)?.[1] ?? "",
      sentence: sentence(comment)
    }))
  )
  const elsewhere = Array.from(
    source.matchAll(/^export \* from "\.\/(.+)\.ts"$/gm),
    ([, module = ""]) => exportsOf(`${path}/../${module}`)
  )
  const all = source.match(/^export .*/gm)?.length
  if (all !== found.length + elsewhere.length) {
    throw new Error(`src/${path}.ts exports in a way that this script does not know`)
  }
  // A type beside its value needs no sentence of its own.
  const said = new Map(found.filter(({ sentence }) => sentence !== "").reverse().map((entry) => [entry.name, entry]))
  return Array.from(new Set(found.map(({ name }) => name)), (name) => {
    const entry = said.get(name)
    if (entry === undefined) missing.push(`src/${path}.ts: ${name}`)
    return entry ?? { name, category: "", sentence: "" }
  }).concat(elsewhere.flat())
}

/** @type {Array<string>} */
const missing = []

/** @type {(path: string) => string} */
const table = (path) =>
  [
    "| | | |",
    "| --- | --- | --- |",
    ...exportsOf(path).map(({ category, name, sentence }) =>
      `| \`${name}\` | ${category} | ${sentence.replaceAll("|", "\\|")} |`
    )
  ].join("\n")

/** @type {(door: string, path: string) => string} */
const section = (door, path) => {
  const source = sourceOf(path)
  const modules = Array.from(source.matchAll(/^export \* as (\w+) from "\.\/(.+)\.ts"$/gm))
  return [
    `## \`${door}\``,
    paragraph(source),
    ...(modules.length === 0
      ? [table(path)]
      : modules.flatMap(([, name = "", at = ""]) => [`### ${name}`, sentence(commentOf(at)), table(at)]))
  ].join("\n\n")
}

/** What a file says of itself, which may stand below notes for a tool. */
const commentOf = (/** @type {string} */ path) => sourceOf(path).replace(/^(?:\/\/.*\n)+/, "").split("*/")[0] ?? ""

const page = `${
  [
    "# Reference",
    "Every export of the package, with the first sentence of what its source says; editors show the rest, with examples. This page " +
    "is made from the sources (`npm run reference`), and a test holds it to them. Each module of `effect-cairn` has a door of its " +
    "own, too: `import * as Step from \"effect-cairn/Step\"`.",
    ...Array.from(doors).flatMap(([door, path]) => path.includes("/") ? [] : [section(door, path)])
  ].join("\n\n")
}\n`

if (missing.length > 0) {
  console.error(`Nothing is said of:\n${missing.join("\n")}`)
  process.exit(1)
}
if (!process.argv.includes("--check")) writeFileSync(new URL("../docs/reference.md", import.meta.url), page)
else if (read("docs/reference.md") !== page) {
  console.error("docs/reference.md is not what the sources say: npm run reference")
  process.exit(1)
}
