/** What the compiler says of mistakes, in the words that a person reads. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { at } from "../cli/command.ts"

/** Inside the project, so that the packages are found. */
const folder = at(".compile-errors")

const base = `
import { Context, Effect, Option, Schema } from "effect"
import { JournalMemory, Pipeline, Run, Step, Validation } from "effect-cairn"

class Red extends Schema.TaggedError<Red>()("Red", { n: Schema.Number }) {}
class Blue extends Schema.TaggedError<Blue>()("Blue", {}) {}
class Disk extends Context.Tag("Disk")<Disk, { readonly size: number }>() {}
const length = Step.make("length", {
  title: "Measuring",
  input: Schema.String,
  success: Schema.Number,
  failure: Red,
  run: (text) => Effect.flatMap(Disk, ({ size }) => text.length > size ? new Red({ n: size }) : Effect.succeed(text.length))
})
const start = Pipeline.make("start", { input: Schema.Struct({ text: Schema.String }) })
const sized = start.pipe(Pipeline.step("size", length, ({ input }) => input.text))
const isShort = Validation.chain(Validation.check("short", (n: number) => n < 9 ? [] : [Validation.error("long", "")]))
const step = { title: "Doing", input: Schema.String, success: Schema.String } as const
`

/** A mistake, and what must be said of it. */
const mistakes: Readonly<Record<string, readonly [code: string, ...said: ReadonlyArray<string>]>> = {
  "a key that is used twice": [
    `sized.pipe(Pipeline.step("size", length, ({ input }) => input.text))`,
    `"\\"size\\" is a key of this pipeline already"`
  ],
  "a key of a list that is used twice": [
    `sized.pipe(Pipeline.forEach("size", length, ({ input }) => [input.text], { key: (text) => text }))`,
    `"\\"size\\" is a key of this pipeline already"`
  ],
  "a key of a branch that is used twice": [
    `sized.pipe(Pipeline.all((bind) => ({ size: bind(length, ({ input }) => input.text) })))`,
    `Property '"\\"size\\" is a key of this pipeline already"' is missing`
  ],
  "the key that the input has": [
    `start.pipe(Pipeline.step("input", length, ({ input }) => input.text))`,
    `"\\"input\\" is a key of this pipeline already"`
  ],
  "a selector that reads what is not there yet": [
    `start.pipe(Pipeline.step("a", length, ({ later }) => later), Pipeline.step("later", length, () => ""))`,
    `Property 'later' does not exist on type '{ readonly input: { readonly text: string; }; }'`
  ],
  "a branch that reads its neighbour": [
    `start.pipe(Pipeline.all((bind) => ({ a: bind(length, () => ""), b: bind(length, ({ a }) => String(a)) })))`,
    `Property 'a' does not exist on type`
  ],
  "an input of another type": [
    `start.pipe(Pipeline.step("a", length, ({ input }) => input.text.length))`,
    `Type 'number' is not assignable to type 'string'`
  ],
  "items of another type": [
    `start.pipe(Pipeline.forEach("a", length, ({ input }) => [input.text.length], { key: String }))`,
    `Type 'number' is not assignable to type 'string'`
  ],
  "a validation of another type": [
    `start.pipe(Pipeline.validate("a", isShort, ({ input }) => input.text))`,
    `Type 'string' is not assignable to type 'number'`
  ],
  "a step that comes after what is not there yet": [
    `sized.pipe(Pipeline.step("a", length, () => "", { after: ["later"] }))`,
    `Type '"later"' is not assignable to type '"size"'`
  ],
  "a recovery from what cannot happen": [
    `start.pipe(Pipeline.catchTag("a", length, () => "", "Blue", length, () => ""))`,
    `Argument of type '"Blue"' is not assignable to parameter of type '"Red"'`
  ],
  "an output of another type": [
    `sized.pipe(Pipeline.output(Schema.String, ({ size }) => size))`,
    `Type 'number' is not assignable to type 'string'`
  ],
  "a step after the output": [
    `sized.pipe(Pipeline.output(Schema.Number, ({ size }) => size), Pipeline.step("a", length, () => ""))`,
    `Pipeline<`,
    `Type 'number' is not assignable to type 'void'`
  ],
  "a failure that is not declared": [
    `Step.make("bad", { ...step, failure: Red, run: () => Effect.fail(new Blue()) })`,
    "`run` fails with what `failure` does not declare",
    "NoInfer<Blue>"
  ],
  "a failure of a step that declares none": [
    `Step.make("bad", { ...step, run: () => Effect.gen(function*() { return yield* new Blue() }) })`,
    "`run` fails with what `failure` does not declare",
    "NoInfer<Blue>"
  ],
  "a result of another type": [
    `Step.make("bad", { ...step, run: (text) => Effect.succeed(text.length) })`,
    `Type 'number' is not assignable to type 'string'`
  ],
  "a schema that needs a service": [
    `Step.make("bad", { ...step, success: Schema.transformOrFail(Schema.String, Schema.String, {
      decode: (text) => Effect.as(Disk, text),
      encode: (text) => Effect.as(Disk, text)
    }), run: Effect.succeed })`,
    `Type 'Disk' is not assignable to type 'never'`
  ],
  "a transformation that fails with something else": [
    `Step.transform(length, (effect) => Effect.zipRight(Effect.fail(new Blue()), effect))`,
    `Type 'Blue | Red' is not assignable to type 'Red'`
  ],
  "a layer that is missing": [
    `Effect.runPromise(Run.start(sized, { text: "" }).pipe(Effect.provide(JournalMemory.layer)))`,
    `Type 'Disk' is not assignable to type 'never'`
  ],
  "a journal that is missing": [
    `Effect.runPromise(Effect.provideService(Run.start(sized, { text: "" }), Disk, { size: 1 }))`,
    `Type 'Journal' is not assignable to type 'never'`
  ]
}

const names = Object.keys(mistakes)
const fileOf = (name: string) => `${names.indexOf(name)}.ts`

/** A pipeline of so many steps, of which each but the first needs the one before. */
const long = (count: number) => {
  const steps = Array.from(
    { length: count },
    (_, n) => `Pipeline.step("k${n}", same, (${n === 0 ? "{ input }) => input" : `{ k${n - 1} }) => k${n - 1}`})`
  )
  const pipes = Array.from(
    { length: Math.ceil(count / 20) },
    (_, n) => `.pipe(${steps.slice(n * 20, n * 20 + 20).join(",\n")})`
  )
  return `
import { Effect, Schema } from "effect"
import { Pipeline, Step } from "effect-cairn"
const same = Step.make("same", { title: "", input: Schema.Number, success: Schema.Number, run: Effect.succeed })
const long = Pipeline.make("long", { input: Schema.Number })${pipes.join("")}
export const last: number = (null as never as Pipeline.State<typeof long>).k${count - 1}
`
}

/** What the compiler says, by file. */
const said = new Map<string, string>()

beforeAll(() => {
  fs.mkdirSync(folder, { recursive: true })
  for (const [name, [code]] of Object.entries(mistakes)) {
    fs.writeFileSync(join(folder, fileOf(name)), `${base}\nexport const it = ${code}\n`)
  }
  fs.writeFileSync(
    join(folder, "right.ts"),
    `${base}\nexport const it = [sized, isShort, Option, JournalMemory, Run, Blue, step]`
  )
  fs.writeFileSync(join(folder, "long.ts"), long(200))
  fs.writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: "../tsconfig.json",
      compilerOptions: { noUnusedLocals: false, paths: { "effect-cairn": ["../src/index.ts"] } },
      include: ["*.ts"]
    })
  )
  const printed = ((): string => {
    try {
      return execFileSync(at("node_modules/.bin/tsc"), ["-p", folder, "--pretty", "false"], { encoding: "utf8" })
    } catch (error) {
      return String((error as { readonly stdout?: unknown }).stdout)
    }
  })()
  let file = ""
  for (const line of printed.split("\n")) {
    file = /^\S*?([^/(]+\.ts)\(/.exec(line)?.[1] ?? file
    said.set(file, `${said.get(file) ?? ""}${line}\n`)
  }
}, 120_000)
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

describe("the compiler says what is wrong with", () => {
  for (const [name, [, ...expected]] of Object.entries(mistakes)) {
    it(name, () => {
      const text = said.get(fileOf(name)) ?? ""
      for (const words of expected) assert.include(text, words, text)
    })
  }
})

describe("the compiler says nothing of", () => {
  it("what is right", () => assert.isUndefined(said.get("right.ts")))
  it("a pipeline of two hundred steps", () => assert.isUndefined(said.get("long.ts")))
})
