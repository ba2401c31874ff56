/**
 * The files of a small project that works: a pipeline, its test, and what is needed to run and check both.
 *
 * @since 0.1.0
 */
import type { Manifest } from "../manifest.ts"
import { install } from "../version.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface ProjectFile {
  readonly path: string
  readonly content: string
}

/**
 * The files of a project of this name. Versions are the ranges that this package asks for.
 *
 * @category constructors
 * @since 0.1.0
 */
export const files = (name: string, manifest: Manifest): ReadonlyArray<ProjectFile> => [
  { path: "package.json", content: `${JSON.stringify(packageOf(name, manifest), null, 2)}\n` },
  { path: "tsconfig.json", content: `${JSON.stringify(tsconfig, null, 2)}\n` },
  { path: ".gitignore", content: "node_modules\n.cairn\n" },
  { path: "pipeline.ts", content: pipeline },
  { path: "pipeline.test.ts", content: test },
  { path: "README.md", content: readme(name) }
]

/**
 * The name of a package, as far as a folder lends itself to one.
 *
 * @category constructors
 * @since 0.1.0
 */
export const nameOf = (folder: string): string =>
  folder.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-").replaceAll(/^[._-]+|[._-]+$/g, "").slice(0, 214) || "pipelines"

const packageOf = (name: string, { dependencies, devDependencies, peerDependencies, version }: Manifest) => ({
  name,
  private: true,
  type: "module",
  scripts: {
    start: "cairn run pipeline.ts",
    test: "node --import jiti/register --test pipeline.test.ts",
    types: "tsc"
  },
  dependencies: {
    ...Object.fromEntries(Object.entries(peerDependencies).filter(([name]) => install.includes(` ${name}@`))),
    "effect-cairn": `^${version}`
  },
  devDependencies: {
    "@types/node": `^${devDependencies["@types/node"]}`,
    jiti: `^${dependencies.jiti}`,
    typescript: `^${devDependencies.typescript}`
  }
})

const tsconfig = {
  compilerOptions: {
    target: "es2022",
    module: "nodenext",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    types: ["node"]
  }
}

const pipeline = `import { Effect, Schema } from "effect"
import { Pipeline, Program, Step } from "effect-cairn"

class NoWords extends Schema.TaggedError<NoWords>()("NoWords", { text: Schema.String }) {
  override get message() {
    return \`There are no words in "\${this.text}"\`
  }
  get fix() {
    return "Give a text with words in it: --text 'a stone and a stone'"
  }
}

const split = Step.make("split", {
  title: "Splitting the text",
  input: Schema.String,
  success: Schema.Array(Schema.String),
  failure: NoWords,
  run: (text) => {
    const words = text.toLowerCase().match(/\\p{Letter}+/gu)
    return words === null ? new NoWords({ text }) : Effect.succeed(words)
  },
  summary: (words) => \`\${words.length} words\`
})

const count = Step.make("count", {
  title: "Counting the words",
  input: Schema.Array(Schema.String),
  success: Schema.Record({ key: Schema.String, value: Schema.Number }),
  run: (words) =>
    Effect.succeed(Object.fromEntries(words.map((word) => [word, words.filter((other) => other === word).length])))
})

const Input = Schema.Struct({ text: Schema.String.annotations({ description: "The text to count" }) })

export const wordCount = Pipeline.make("word-count", { input: Input }).pipe(
  Pipeline.step("words", split, ({ input }) => input.text),
  Pipeline.step("counts", count, ({ words }) => words),
  Pipeline.output(Schema.Record({ key: Schema.String, value: Schema.Number }), ({ counts }) => counts)
)

export const program = Program.make(wordCount, {
  description: "Counts the words of a text.",
  examples: [{ command: "word-count --text 'a stone and a stone'" }],
  print: (counts) => Object.entries(counts).map(([word, times]) => \`\${times} \${word}\`).join("\\n")
})
`

const test = `import { Effect } from "effect"
import { Run } from "effect-cairn"
import { Resumable, TestRun } from "effect-cairn/testing"
import assert from "node:assert/strict"
import { test } from "node:test"
import { wordCount } from "./pipeline.ts"

test("counts each word", () =>
  Effect.gen(function*() {
    const counts = yield* Run.start(wordCount, { text: "A stone and a stone" })

    assert.deepEqual(counts, { a: 2, stone: 2, and: 1 })
  }).pipe(Effect.provide(TestRun.layer()), Effect.runPromise))

test("says that there are no words", () =>
  Effect.gen(function*() {
    const error = yield* Effect.flip(Run.start(wordCount, { text: "1 2 3" }))

    assert.equal(error._tag, "NoWords")
  }).pipe(Effect.provide(TestRun.layer()), Effect.runPromise))

test("goes on wherever it is stopped", () =>
  Resumable.check(wordCount, { text: "a stone" }).pipe(Effect.asVoid, Effect.runPromise))
`

const readme = (name: string): string =>
  `# ${name}

A pipeline with checkpoints: what a step has finished is kept, whenever the process ends.

    npm install
    npm start -- --text "a stone and a stone"    # again: nothing is done twice; --new begins anew
    npm test
    npx cairn run pipeline.ts --help             # the options that the input has become
    npx cairn doctor                             # whether all is well here
`
