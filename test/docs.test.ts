/** The pages: every link leads somewhere, every page is found from the index, and the reference is that of the sources. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { dirname, join, relative } from "node:path"
import { doors } from "../scripts/doors.mjs"
import { meanings } from "../src/cli/exitCode.ts"
import { at } from "./cli/command.ts"

/** Every page of markdown of the project's own, by its path. */
const pages = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: at("."),
  encoding: "utf8"
}).split("\n").filter((path) =>
  path !== "" && !/^(test\/corpus|examples\/reports)\//.test(path) && fs.existsSync(at(path))
)

/** Without what stands in blocks and spans of code. */
const prose = (path: string) =>
  fs.readFileSync(at(path), "utf8").replaceAll(/^```.*?^```$/gms, "").replaceAll(
    /`[^`\n]*`/g,
    (code) => code.replaceAll(/[\][()]/g, "")
  )

/** The names under which the headings of a page can be linked to. */
const anchors = (path: string) =>
  new Set(
    Array.from(prose(path).matchAll(/^#+ (.*)$/gm), ([, heading = ""]) =>
      heading.toLowerCase().replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, "").replaceAll(" ", "-"))
  )

/** The links of a page within the project: where they lead, as they are written. */
const links = (path: string) =>
  Array.from(prose(path).matchAll(/\]\(([^)\s]+)\)/g), ([, to = ""]) => to).filter((to) => !/^[a-z]+:/.test(to))

const leadsTo = (page: string, link: string) => {
  const [file = "", anchor] = link.split("#")
  const path = file === "" ? page : join(dirname(page), file)
  return { path, anchor }
}

describe("the pages", () => {
  it("link to what is there", () => {
    const broken = pages.flatMap((page) =>
      links(page).filter((link) => {
        const { anchor, path } = leadsTo(page, link)
        return !fs.existsSync(at(path)) || (anchor !== undefined && !anchors(path).has(anchor))
      }).map((link) => `${page}: ${link}`)
    )

    assert.deepStrictEqual(broken, [])
    assert.isAbove(pages.flatMap(links).length, 50)
  })

  it("are all found from the index of the docs, and the index from the README", () => {
    const listed = new Set(
      links("docs/README.md").map((link) => relative(at("."), at(leadsTo("docs/README.md", link).path)))
    )
    const alone = pages.filter((page) =>
      page.startsWith("docs/") && page !== "docs/README.md" && !page.startsWith("docs/decisions/") && !listed.has(page)
    )

    assert.deepStrictEqual(alone, [])
    assert.isTrue(listed.has("docs/decisions"))
    assert.include(links("README.md"), "docs/README.md")
  })

  it("name every example", () => {
    const examples = fs.readdirSync(at("examples")).filter((name) => name.endsWith(".ts"))

    assert.deepStrictEqual(links("examples/README.md"), examples)
  })

  it("name every exit code, with what the command itself says of it", () => {
    const said = fs.readFileSync(at("docs/exit-codes.md"), "utf8")
    const codes = Array.from(said.matchAll(/^\| ([\d, ]+) \|/gm), ([, code = ""]) => code.trim())

    assert.deepStrictEqual(codes, meanings.map(([code]) => code))
  })
})

describe("the reference", () => {
  it("is that of the sources", () => {
    execFileSync(process.execPath, [at("scripts/reference.mjs"), "--check"], { stdio: "pipe", encoding: "utf8" })
  })

  it("leaves out nothing that a program can import", async () => {
    const reference = fs.readFileSync(at("docs/reference.md"), "utf8")
    const sections = new Map(
      reference.split(/^##+ /m).map((section) => [/^`?([\w/-]+)/.exec(section)?.[1] ?? "", section] as const)
    )
    const missing: Array<string> = []
    let seen = 0
    for (const [door, path] of doors) {
      if (path.includes("/")) continue
      const all: Record<string, unknown> = await import(at(`src/${path}.ts`))
      for (const [name, value] of Object.entries(all)) {
        const isModule = Object.prototype.toString.call(value) === "[object Module]"
        for (const key of isModule ? Object.keys(value as object) : [name]) {
          seen++
          if (!sections.get(isModule ? name : door)?.includes(`| \`${key}\` |`)) missing.push(`${door} ${name} ${key}`)
        }
      }
    }

    assert.deepStrictEqual(missing, [])
    assert.isAbove(seen, 250)
  }, 60_000)
})
