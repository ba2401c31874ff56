import { afterAll, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import { Effect, Either, Layer } from "effect"
import { execFileSync } from "node:child_process"
import defaultFs, * as fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as AnswersFolder from "../../src/layers/Answers/Folder.ts"
import { RunFolder } from "../../src/layers/RunFolder.ts"
import { Answers } from "../../src/pipeline/Answers.ts"
import { Given } from "../../src/pipeline/Question.ts"
import type { OpenRequest } from "../../src/pipeline/RunEvent.ts"

const id = "0123456789abcdef0123456789abcdef"
let made = ""
let runs = ""
let responses = ""
let file = ""

beforeAll(() => {
  made = fs.mkdtempSync(join(tmpdir(), "cairn-answers-"))
})
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  runs = fs.mkdtempSync(join(made, "runs-"))
  responses = join(runs, "run", "responses")
  file = join(responses, `${id}.json`)
  fs.mkdirSync(responses, { recursive: true, mode: 0o700 })
})

const request: OpenRequest = {
  id,
  path: "a",
  step: "a",
  version: 1,
  digest: "",
  name: "a",
  ask: "agent",
  prompt: "?",
  files: [],
  answerSchema: {},
  attempt: 1,
  previousErrors: []
}

const mailbox = <A, E>(use: (answers: typeof Answers.Service) => Effect.Effect<A, E>) =>
  Effect.suspend(() =>
    Effect.provide(
      Effect.flatMap(Answers, use),
      Layer.provide(AnswersFolder.layer, Layer.succeed(RunFolder, runs))
    )
  )

/** The text that is left, `nothing`, or why it must not be read. */
const left = Effect.map(
  Effect.either(mailbox(({ left }) => left("run", [request]))),
  Either.match({
    onLeft: ({ kept, reason }) => ({ reason, kept: kept?.replace(`${runs}/run/`, "") }),
    onRight: (answers) => {
      const given = answers.get(id)
      return given?._tag === "Text" ? given.text : "nothing"
    }
  })
)

/** Something is refused and moved away, and then an answer can take its place. */
const isRefused = (reason: RegExp, kept = `responses/${id}.json.rejected`) =>
  Effect.gen(function*() {
    const refused = yield* left
    assert.match(typeof refused === "string" ? refused : refused.reason, reason)
    assert.strictEqual(typeof refused === "string" ? refused : refused.kept, kept)
    fs.mkdirSync(responses, { recursive: true, mode: 0o700 })
    assert.strictEqual(yield* left, "nothing")
    fs.writeFileSync(file, "\"good\"")
    assert.strictEqual(yield* left, "\"good\"")
  })

describe("an answer in a folder", () => {
  it.effect("is read as it is, and removed once it was accepted", () =>
    Effect.gen(function*() {
      fs.writeFileSync(file, "{\"a\": \"é 😀\"}\n")

      assert.strictEqual(yield* left, "{\"a\": \"é 😀\"}\n")
      yield* mailbox(({ settled }) => settled("run", id, true))

      assert.deepStrictEqual(fs.readdirSync(responses), [])
      assert.strictEqual(yield* left, "nothing")
    }))

  it.effect("is seen without being touched, where it may be read", () =>
    Effect.gen(function*() {
      const seen = Effect.map(mailbox(({ seen }) => seen("run", [request])), (answers) => answers.get(id))

      assert.isUndefined(yield* seen)
      fs.symlinkSync("elsewhere", file)
      assert.isUndefined(yield* seen)
      assert.deepStrictEqual(fs.readdirSync(responses), [`${id}.json`])
      fs.rmSync(file)
      fs.writeFileSync(file, "\"good\"")
      assert.deepStrictEqual(yield* seen, Given.Text({ text: "\"good\"" }))
      assert.deepStrictEqual(fs.readdirSync(responses), [`${id}.json`])
    }))

  it.effect("is kept under another name each time it was refused", () =>
    Effect.gen(function*() {
      for (const kept of [`${file}.rejected`, `${file}.rejected-2`, `${file}.rejected-3`]) {
        fs.writeFileSync(file, kept)
        const moved = yield* mailbox(({ settled }) => settled("run", id, false))
        assert.deepStrictEqual([moved._tag, fs.readFileSync(kept, "utf8")], ["Some", kept])
      }
      assert.strictEqual(yield* left, "nothing")
    }))

  it.effect("is not there yet while its file is empty, or its folder is missing", () =>
    Effect.gen(function*() {
      fs.writeFileSync(file, "")
      assert.strictEqual(yield* left, "nothing")
      fs.writeFileSync(file, " \n\t")
      assert.strictEqual(yield* left, "nothing")
      fs.rmSync(responses, { recursive: true })
      assert.strictEqual(yield* left, "nothing")
    }))

  it.effect("is not there yet while somebody writes it", () =>
    Effect.gen(function*() {
      fs.writeFileSync(file, "\"half")
      const { readSync } = fs
      const growing = (...args: Parameters<typeof fs.readSync>): number => {
        fs.appendFileSync(file, " and")
        return readSync(...args)
      }
      Object.assign(defaultFs, { readSync: growing })
      syncBuiltinESMExports()
      const seen = yield* left
      Object.assign(defaultFs, { readSync })
      syncBuiltinESMExports()

      assert.strictEqual(seen, "nothing")
      assert.isTrue(fs.existsSync(file))
    }))

  it.effect("must be no link, wherever it leads", () =>
    Effect.gen(function*() {
      const secret = join(made, "secret")
      fs.writeFileSync(secret, "\"secret\"")
      for (const target of [secret, file, join(made, "missing"), "/dev/zero", "/dev/stdin", "/proc/self/fd/0"]) {
        fs.rmSync(responses, { recursive: true, force: true })
        fs.mkdirSync(responses, { mode: 0o700 })
        fs.symlinkSync(target, file)
        yield* isRefused(/^it is a symbolic link$/)
      }
      assert.strictEqual(fs.readFileSync(secret, "utf8"), "\"secret\"")
    }))

  it.effect("must have no other name", () =>
    Effect.gen(function*() {
      const secret = join(runs, "secret")
      fs.writeFileSync(secret, "\"secret\"")
      fs.linkSync(secret, file)
      yield* isRefused(/hard link/)
    }))

  it.effect("must be a regular file", () =>
    Effect.gen(function*() {
      fs.mkdirSync(join(file, "deep"), { recursive: true })
      yield* isRefused(/^it is not a regular file$/)
      fs.rmSync(file)
      execFileSync("mkfifo", [file])
      yield* isRefused(/^it is not a regular file$/, `responses/${id}.json.rejected-2`)
    }))

  it.effect("must be written by nobody else", () =>
    Effect.gen(function*() {
      fs.writeFileSync(file, "\"x\"")
      fs.chmodSync(file, 0o666)
      yield* isRefused(/^it could have been written by somebody else .*chmod go-w/)
      if (process.getuid?.() !== 0) return
      fs.chownSync(file, 65534, 65534)
      yield* isRefused(/^it could have been written by somebody else/, `responses/${id}.json.rejected-2`)
    }))

  it.effect("must not be longer than an answer may be", () =>
    Effect.gen(function*() {
      for (const [size, kept] of [[64 * 2 ** 20, ".rejected"], [8 * 2 ** 30, ".rejected-2"]] as const) {
        fs.writeFileSync(file, "\"")
        fs.truncateSync(file, size)
        yield* isRefused(/^it is longer than 16 MiB$/, `responses/${id}.json${kept}`)
      }
    }))

  it.effect("must be UTF-8", () =>
    Effect.gen(function*() {
      const cases: ReadonlyArray<readonly [Uint8Array, RegExp]> = [
        [Buffer.from([0x22, 0x61, 0xFF, 0x22]), /^it is not UTF-8 text \(byte 2\)$/],
        [Buffer.from([0xEF, 0xBB, 0xBF, 0x22, 0xC0, 0xAF, 0x22]), /^it is not UTF-8 text \(byte 4\)$/],
        [Buffer.from([0x22, 0xED, 0xA0, 0x80, 0x22]), /^it is not UTF-8 text \(byte 1\)$/],
        [Buffer.from("\uFEFF\"text\"", "utf16le"), /^it is not UTF-8 text \(byte 0\)$/],
        [Buffer.from("\"text\"", "utf16le"), /^it is not UTF-8 text \(NUL at byte 1\)$/],
        [Buffer.from([0x22, 0xE2, 0x82]), /^it is not UTF-8 text \(byte 1\)$/]
      ]
      for (const [bytes, reason] of cases) {
        fs.rmSync(responses, { recursive: true, force: true })
        fs.mkdirSync(responses, { mode: 0o700 })
        fs.writeFileSync(file, bytes)
        yield* isRefused(reason)
      }
    }))
})

describe("the folder of answers", () => {
  it.effect("must be a folder, no link to one, and ours alone", () =>
    Effect.gen(function*() {
      const elsewhere = join(made, "elsewhere")
      fs.mkdirSync(elsewhere, { mode: 0o700 })
      fs.writeFileSync(join(elsewhere, `${id}.json`), "\"elsewhere\"")
      fs.rmdirSync(responses)
      fs.symlinkSync(elsewhere, responses)
      yield* isRefused(/^its folder is (not a folder|a symbolic link)$/, "responses.rejected")
      assert.deepStrictEqual(fs.readdirSync(elsewhere), [`${id}.json`])

      fs.rmSync(responses, { recursive: true })
      fs.writeFileSync(responses, "")
      yield* isRefused(/^its folder is not a folder$/, "responses.rejected-2")

      fs.chmodSync(responses, 0o777)
      yield* isRefused(/^its folder could have been written by somebody else/, "responses.rejected-3")
    }))

  it.effect("is the one that was opened, whatever is put in its place then", () =>
    Effect.gen(function*() {
      const elsewhere = fs.mkdtempSync(join(made, "elsewhere-"))
      fs.writeFileSync(join(elsewhere, `${id}.json`), "\"elsewhere\"")
      fs.writeFileSync(file, "\"here\"")
      const { openSync } = fs
      const swapping = (...args: Parameters<typeof fs.openSync>): number => {
        const descriptor = openSync(...args)
        if (args[0] === responses) {
          fs.renameSync(responses, `${responses}-before`)
          fs.symlinkSync(elsewhere, responses)
        }
        return descriptor
      }
      Object.assign(defaultFs, { openSync: swapping })
      syncBuiltinESMExports()
      const seen = yield* left
      Object.assign(defaultFs, { openSync })
      syncBuiltinESMExports()

      assert.strictEqual(seen, "\"here\"")
    }))
})
