/** The doors of the built package, and what comes along through each. */
import { assert, describe, it } from "@effect/vitest"
import { build } from "esbuild"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { doors } from "../scripts/doors.mjs"
import { at } from "./cli/command.ts"

const node = (...args: ReadonlyArray<string>) =>
  execFileSync(process.execPath, args, { cwd: at("."), encoding: "utf8", stdio: "pipe" })

/** Bundles code that imports the package by its name, as a user's bundler does; packages stay outside. */
const bundled = async (code: string) => {
  const { metafile } = await build({
    stdin: { contents: code, resolveDir: at("."), loader: "js" },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    external: ["effect", "@effect/*", "yaml", "diff", "jiti"],
    absWorkingDir: at("."),
    // Not by the paths of this project, which lead to the sources.
    tsconfigRaw: {},
    logLevel: "error"
  })
  const [output] = Object.values(metafile.outputs)
  return {
    kB: (output?.bytes ?? 0) / 1000,
    /** Our modules of which something is in the bundle. */
    ours: Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) =>
      path.startsWith("dist/") && bytesInOutput > 0 ? [path] : []
    ),
    packages: [...new Set(output?.imports.map(({ path }) => path.replace(/^(@[^/]+\/[^/]+|[^@/][^/]*).*$/, "$1")))]
  }
}

describe("the doors of the package", () => {
  it("are all in package.json", () => {
    node("scripts/exports.mjs", "--check")
  })

  it("give each module of the index by its own name", () => {
    const names = [...doors.keys()].filter((name) => /^effect-cairn\/[A-Z]/.test(name))
    const code = `
      import * as all from "effect-cairn"
      const other = []
      for (const name of ${JSON.stringify(names)}) {
        const module = await import(name)
        const listed = all[name.replace("effect-cairn/", "")]
        if (Object.keys(module).some((key) => module[key] !== listed[key])) other.push(name)
        if (Object.keys(module).join() !== Object.keys(listed).join()) other.push(name)
      }
      console.log(JSON.stringify({ modules: Object.keys(all).length, other }))`

    assert.isAbove(names.length, 30)
    assert.deepStrictEqual(JSON.parse(node("--input-type=module", "-e", code)), { modules: names.length, other: [] })
  })
})

describe("what a bundler takes of the package", { timeout: 60_000 }, () => {
  const page = fs.readFileSync(at("docs/how-to/share-steps.md"), "utf8")
  const rows = Array.from(
    page.matchAll(/^\| `(export .*)` \| (\d+) \| (\d+) \|$/gm),
    ([, code = "", said, limit]) => ({ code, said: Number(said), limit: Number(limit) })
  )

  it.each(rows)("$code: less than $limit kB, of the kernel alone", async ({ code, limit, said }) => {
    const { kB, ours, packages } = await bundled(code)
    const kernel = code.includes("JournalFile")
      ? /^dist\/(?:pipeline|layers\/Journal)\/[^/]+\.js$/
      : /^dist\/pipeline\/[^/]+\.js$/

    console.log(`${code}: ${kB.toFixed(1)} kB`)
    assert.isAbove(ours.length, 0)
    assert.deepStrictEqual(ours.filter((path) => !kernel.test(path)), [])
    assert.deepStrictEqual(packages.filter((name) => name !== "effect" && !name.startsWith("node:")), [])
    assert.isBelow(kB, limit)
    assert.isBelow(Math.abs(kB - said), said * 0.15 + 0.5, "the page says something else")
  })

  it("says so of a step and of pipelines", () => {
    assert.isAtLeast(rows.length, 5)
  })
})
