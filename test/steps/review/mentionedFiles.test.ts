import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { defaultLayout, mentionedFiles } from "../../../src/steps/review/mentionedFiles.ts"

const files = (text: string) => mentionedFiles(text, defaultLayout)

describe("the files that a sentence mentions", () => {
  it("are paths, wherever they begin, that end in a dot and two to four letters", () => {
    const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
      ["fix src/a.ts, then /abs/b.tsx and ./c/d.md.", ["src/a.ts", "abs/b.tsx", "./c/d.md"]],
      ["see https://x.y/z.md", ["x.y/z.md"]],
      ["a\\b.cs and a/b\\c.cs", ["a\\b.cs", "a/b\\c.cs"]],
      ["foo/bar.baz", ["foo/bar.baz"]],
      ["a//b.ts x//y/z.ts", ["y/z.ts"]],
      ["a/b.c a/b a/.md a.ts", []],
      ["a/b.d.ts/c", ["a/b.d.ts"]],
      ["a/b.tar.gz", ["a/b.tar.gz"]],
      ["(src/a.ts:12)", ["src/a.ts"]]
    ]
    for (const [text, expected] of cases) assert.deepStrictEqual(files(text), expected, text)
  })

  it("are not words that were cut", () => {
    assert.deepStrictEqual(files("a/b.python a/b.svelte"), [])
    assert.deepStrictEqual(files("a/b.tar.python"), ["a/b.tar"])
    assert.deepStrictEqual(files("a/b.md5 a/b.md_x a/b.md-x"), ["a/b.md"])
  })

  it("are components and commands that are only named, in the layout of the project", () => {
    assert.deepStrictEqual(files("Update the Button component, required  COMPONENTS"), [
      "src/components/Button.tsx",
      "src/components/required.tsx"
    ])
    assert.deepStrictEqual(files("the component; x component; a1Nav component"), [
      "src/components/the.tsx",
      "src/components/Nav.tsx"
    ])
    assert.deepStrictEqual(files("the /feature-plan command and a Build command"), [
      "installer/core/commands/feature-plan.md"
    ])
    const layout = { components: "app/*/*.vue", commands: "" }
    assert.deepStrictEqual(mentionedFiles("Nav component, /x command", layout), ["app/Nav/Nav.vue"])
    assert.deepStrictEqual(mentionedFiles("Nav component", { components: "", commands: "" }), [])
  })

  it("are code spans that are nothing but a file name", () => {
    assert.deepStrictEqual(files("`pyproject.toml` `a.b` `x y.ts` `a.ts`x`b.ts` ``c.ts`` `\\d.ts`"), [
      "pyproject.toml",
      "a.ts",
      "b.ts",
      "c.ts",
      "\\d.ts"
    ])
  })

  it("stand in the order of the four scans, each once", () => {
    assert.deepStrictEqual(files("`z.ts` /run command, Nav component, a/b.ts and `a/b.ts`"), [
      "a/b.ts",
      "src/components/Nav.tsx",
      "installer/core/commands/run.md",
      "z.ts"
    ])
  })

  const pieces = FastCheck.constantFrom(
    "a",
    "B",
    ".",
    "/",
    "\\",
    "-",
    "_",
    " ",
    "`",
    "ts",
    "md",
    "component",
    "command",
    "é"
  )

  it.prop("are those that patterns would find", { parts: FastCheck.array(pieces, { maxLength: 30 }) }, ({ parts }) => {
    const text = parts.join("")
    const paths = text.match(/[\w.-]+(?:[/\\][\w.-]+)+\.[A-Za-z]{2,4}(?!\w)/g) ?? []
    const spans = [...text.matchAll(/`([\w./\\-]+\.[A-Za-z]{2,4})`/g)].map(([, name = ""]) => name)
    const commands = [...text.matchAll(/\/([A-Za-z-]+)\s+command/g)].map(([, name]) => `c/${name}`)

    const found = mentionedFiles(text, { components: "", commands: "c/*" })

    assert.deepStrictEqual(found, [...new Set([...paths, ...commands, ...spans])])
  })
})
