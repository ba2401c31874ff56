import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { ReportTooLarge } from "../../../src/steps/review/errors.ts"
import * as source from "../../../src/steps/review/source.ts"

const encode = (text: string) => new TextEncoder().encode(text)
const report = (bytes: Uint8Array, limit = 100) =>
  Either.match(source.report(bytes, "r.md", limit), { onLeft: ({ _tag }) => _tag, onRight: (text) => `text: ${text}` })
const task = (json: string | Uint8Array) =>
  Either.match(source.task(typeof json === "string" ? encode(json) : json, "task.json"), {
    onLeft: ({ message }) => message,
    onRight: (task) => task
  })

describe("the text of a report", () => {
  it("may begin with a byte-order mark and end its lines in any way", () => {
    assert.strictEqual(report(encode("\uFEFFa\r\nb\rc\n\rd")), "text: a\nb\nc\n\nd")
  })

  it("is refused where it is none", () => {
    const refused = [
      new Uint8Array([0xff, 0xfe, 0x23, 0x00]),
      new Uint8Array([0xc3, 0x28]),
      new Uint8Array([0xc0, 0xaf]),
      new Uint8Array([0xed, 0xa0, 0x80]),
      encode("a\0b")
    ].map((bytes) => report(bytes))

    assert.deepStrictEqual(new Set(refused), new Set(["ReportNotText"]))
  })

  it("is refused where nothing of it can be seen, or where it is too long", () => {
    for (const text of ["", " \n\t\r\n", "\uFEFF", "\u200B\u2060\u3000\n"]) {
      assert.strictEqual(report(encode(text)), "ReportEmpty", JSON.stringify(text))
    }
    assert.strictEqual(report(encode("x".repeat(100))), `text: ${"x".repeat(100)}`)
    assert.strictEqual(report(encode("x".repeat(101))), "ReportTooLarge")
  })
})

describe("a review's task", () => {
  it("has an id and a title, and keeps the time that it was given", () => {
    assert.deepStrictEqual(
      task("\uFEFF{\"id\":\"R.1_a-b\",\"title\":\"Review x\",\"created\":\"yesterday\",\"x\":1}"),
      {
        id: "R.1_a-b",
        title: "Review x",
        created: "yesterday"
      }
    )
    assert.deepStrictEqual(task("{\"id\":\"R\",\"title\":\"t\",\"created\":null}"), {
      id: "R",
      title: "t",
      created: null
    })
  })

  it("is refused with the file and the field that is wrong", () => {
    const cases: ReadonlyArray<readonly [string | Uint8Array, string]> = [
      [new Uint8Array([0x22, 0xff, 0x22]), "not UTF-8"],
      ["", "not a JSON object"],
      ["[]", "not a JSON object"],
      ["null", "not a JSON object"],
      ["{\"title\":\"t\"}", "\"id\" is missing"],
      ["{\"id\":7,\"title\":\"t\"}", "\"id\" is not a text"],
      ["{\"id\":\" \",\"title\":\"t\"}", "\"id\" is not a text"],
      ["{\"__proto__\":{\"id\":\"R\",\"title\":\"t\"}}", "\"id\" is missing"],
      ["{\"id\":\"R\"}", "\"title\" is missing"],
      ["{\"id\":\"R\",\"title\":[\"t\"]}", "\"title\" is not a text"],
      ["{\"id\":\"R\",\"title\":\"\"}", "\"title\" is not a text"],
      ["{\"id\":\"R\",\"title\":\"a\\u0000b\"}", "\"title\" holds a NUL"],
      ["{\"id\":\"R\",\"title\":\"\\ud800\"}", "half a character"],
      ["{\"id\":\"R\",\"title\":\"t\",\"created\":5}", "\"created\" is not a text"],
      ...["../x", "a/b", "a\\b", "/a", "a..b", ".", ".a", "a.", "a b", "é", "a\u0000", "x".repeat(65)].map((id) =>
        [JSON.stringify({ id, title: "t" }), "cannot stand in a file name"] as const
      )
    ]
    for (const [json, reason] of cases) {
      const message = task(json)
      assert.isTrue(
        typeof message === "string" && message.startsWith("task.json: ") && message.includes(reason),
        String(json)
      )
    }
  })
})

it("a report that asks for too much is not sent to the limit of its file", () => {
  const fix = (what: string) => new ReportTooLarge({ report: "r.md", what, limit: 1 }).fix

  assert.include(fix("the file"), "--max-bytes")
  assert.notInclude(fix("what it recommends"), "--max-bytes")
})
