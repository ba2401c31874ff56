import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { dirname, join } from "node:path"
import { at, temporary } from "./cli/command.ts"

/** The declarations that a user of the package sees, by path: those of its doors and all that they lead to. */
const published = (folder: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const waiting = ["index", "cli", "programs"].map((door) => join(folder, `${door}.d.ts`))
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue
    const code = fs.readFileSync(path, "utf8").replace(/\/\*.*?\*\//gs, "").replace(/^\s*\/\/.*$/gm, "")
    found.set(path, code)
    for (const [, module = ""] of code.matchAll(/(?:from |import\()"(\.[^"]*)\.(?:ts|js)"/g)) {
      waiting.push(join(dirname(path), `${module}.d.ts`))
    }
  }
  return found
}

/** The modules that a door gives, by path. */
const modules = (door: string): ReadonlyArray<string> =>
  [...fs.readFileSync(at(`src/${door}.ts`), "utf8").matchAll(/from "\.\/([^"]+)"/g)].map(([, path = ""]) => path)

/** What a module exports without a sentence, a category and a version above it; a type beside its value needs none. */
const undocumented = (path: string): ReadonlyArray<string> => {
  const source = fs.readFileSync(at(`src/${path}`), "utf8")
  const exported =
    /(\/\*\*((?:(?!\*\/).)*)\*\/\n)?(?:\/\/[^\n]*\n)*export (?:const|class|interface|type|function\*?) (\w+)/gs
  const documented = new Set<string>()
  return [...source.matchAll(exported)].flatMap(([, , comment = "", name = ""]) => {
    const lines = comment.split("\n").map((line) => line.replace(/^ ?\*? ?/, "").trim()).filter((line) => line !== "")
    const isWhole = lines.some((line) => !line.startsWith("@")) && lines.some((line) =>
      line.startsWith("@category ")
    ) &&
      lines.some((line) => line.startsWith("@since "))
    if (isWhole) documented.add(name)
    return isWhole || documented.has(name) || source.includes(`export type ${name} = Data.TaggedEnum`)
      ? []
      : [`${path}: ${name}`]
  })
}

describe("what the package exports", () => {
  it("has a sentence, a category and a version above it", () => {
    const kernel = modules("index").filter((path) => /^(?:pipeline|layers\/Journal)\//.test(path))

    assert.isAtLeast(kernel.length, 20)
    assert.deepStrictEqual(kernel.flatMap(undocumented), [])
  })
})

describe("the declarations of the package", { timeout: 120_000 }, () => {
  it("say any nowhere, and name nothing that only the types of Node declare", () => {
    const folder = temporary()
    try {
      execFileSync(at("node_modules/.bin/tsc"), [
        "-p",
        at("tsconfig.build.json"),
        "--emitDeclarationOnly",
        "--outDir",
        folder
      ])

      const all = published(folder)
      const said = [...all].flatMap(([path, code]) =>
        code.split("\n").filter((line) => /\bany\b|\bNodeJS\.|\bBuffer\b/.test(line)).map((line) =>
          `${path.slice(folder.length)}: ${line}`
        )
      )
      assert.deepStrictEqual(said, [])
      // It did look: at the kernel, its layers and the command line.
      const seen = [...all.keys()].map((path) => path.slice(folder.length))
      assert.includeMembers(seen, ["/pipeline/Step.d.ts", "/layers/Journal/File.d.ts", "/cli/Cli.d.ts"])
    } finally {
      fs.rmSync(folder, { recursive: true, force: true })
    }
  })
})
