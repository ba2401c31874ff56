/** The page of a run, as somebody else's parser reads it. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, HashMap, Option } from "effect"
import * as fc from "effect/FastCheck"
import { type DefaultTreeAdapterTypes, parse } from "parse5"
import * as Asides from "../../src/cli/Asides.ts"
import * as Axis from "../../src/cli/report/axis.ts"
import { render } from "../../src/cli/report/page.ts"
import * as printable from "../../src/pipeline/printable.ts"
import type * as Run from "../../src/pipeline/Run.ts"
import type { DurableEvent } from "../../src/pipeline/RunEvent.ts"
import * as RunState from "../../src/pipeline/RunState.ts"
import * as Summary from "../../src/pipeline/Summary.ts"

const pageOf = (
  events: ReadonlyArray<DurableEvent>,
  text = "",
  status: Run.Status = "failed"
): string => {
  const replay = RunState.replay()
  events.forEach((event, position) => replay.add(event, position))
  const state = replay.state()
  const info: Run.Info = { id: `run${text}`, program: `program${text}`, status, state, damage: Option.none() }
  const summary = Summary.ofRecord(events, Option.none())
  return render({
    info,
    events,
    summary: text === "" ? summary : {
      ...summary,
      rows: HashMap.map(
        summary.rows,
        (row) => ({ ...row, title: `title${text}`, summary: Option.some(`said${text}`), note: `note${text}` })
      )
    },
    executions: Summary.executions(events, Option.none()),
    asides: Asides.of(info, events),
    now: DateTime.unsafeMakeZoned(1_800_000_000_000, { timeZone: "Europe/Berlin" }),
    by: `cairn${text}`,
    commands: {
      next: Option.some(`cairn resume${text}`),
      show: (step) => `cairn show --step ${step}`,
      export: `cairn export${text}`,
      answer: ({ path }) => `cairn answer ${path}`
    }
  })
}

const identity = { step: "s", version: 1, digest: "d" }
const usage = { requests: 2, ms: 1500, inputTokens: 31_204, outputTokens: 1920, usd: 0.1224 }

const began = (fields: Partial<Extract<DurableEvent, { readonly _tag: "RunStarted" }>> = {}): DurableEvent => ({
  _tag: "RunStarted",
  at: 1000,
  format: 2,
  run: "r",
  program: "p",
  identity: "i",
  input: {},
  settings: {},
  plan: "",
  of: 2,
  ...fields
})

const succeeded = (path: string, at: number, ms: number, value: unknown = path): DurableEvent => ({
  _tag: "StepSucceeded",
  ...identity,
  path,
  at,
  ms,
  attempts: 1,
  value
})

/** One of everything that a run can tell, and this text in every field that holds one. */
const everything = (text: string): ReadonlyArray<DurableEvent> => {
  const t = (name: string) => `${name}${text}`
  const at = (name: string) => t(name).replaceAll(/[/#]/g, "")
  const failure = { _tag: "Failure", tag: t("tag"), message: t("message"), fix: t("fix"), value: t("value") } as const
  const defect = { _tag: "Defect", name: t("name"), message: t("bug"), frames: [t("frame"), t("frame")] } as const
  const request = {
    id: t("id"),
    path: at("asks"),
    ...identity,
    step: t("step"),
    name: t("question"),
    ask: "user",
    prompt: t("prompt"),
    files: [t("file")],
    answerSchema: { description: t("schema") },
    example: t("example")
  } as const
  const open = { ...request, id: t("open"), path: at("open") }
  return [
    began({
      run: t("run"),
      program: t("program"),
      parent: t("parent"),
      input: { [t("key")]: t("input") },
      settings: [t("s")]
    }),
    { ...succeeded(at("first"), 1010, 50, { [t("key")]: [t("value")] }), why: t("why"), usage } as DurableEvent,
    {
      _tag: "ChoiceMade",
      at: 1020,
      path: at("first"),
      ...identity,
      member: t("member"),
      chose: t("chose"),
      reason: t("reason")
    },
    { _tag: "RequestOpened", at: 1100, request },
    { _tag: "RunSuspended", at: 1110, requests: [t("id")] },
    { _tag: "RunResumed", at: 900_000, settings: { [t("setting")]: t("set") }, plan: "", of: 2 },
    {
      _tag: "AnswerRefused",
      at: 900_010,
      path: at("asks"),
      ...identity,
      name: t("question"),
      id: t("id"),
      usage,
      issues: [t("issue")]
    },
    {
      _tag: "AnswerRecorded",
      at: 900_020,
      path: at("asks"),
      ...identity,
      name: t("question"),
      id: t("id"),
      value: t("answer")
    },
    succeeded(at("asks"), 900_030, 20, `${t("lines")}\n`),
    { _tag: "StepFailed", ...identity, path: `group/${at("a")}`, at: 900_060, ms: 30, attempts: 2, problem: defect },
    {
      _tag: "StepFailed",
      ...identity,
      path: at("last"),
      at: 900_060,
      ms: 30,
      attempts: 2,
      problem: failure,
      why: t("why")
    },
    { _tag: "StepVoided", at: 900_100, path: at("last"), why: t("void") },
    { _tag: "RequestOpened", at: 900_120, request: open },
    { _tag: "StepFailed", ...identity, path: at("last"), at: 900_130, ms: 30, attempts: 1, problem: failure },
    { _tag: "Compensated", at: 900_200, path: at("first"), problem: defect },
    { _tag: "RunFailed", at: 900_300, path: at("last"), problem: failure, undo: 2 }
  ]
}

type Node = DefaultTreeAdapterTypes.Node

const parsed = (page: string) => {
  const errors: Array<string> = []
  const document = parse(page, { onParseError: ({ code }) => errors.push(code) })
  assert.deepStrictEqual(errors, [])
  return document
}

const elements = (node: Node): ReadonlyArray<DefaultTreeAdapterTypes.Element> => [
  ...("tagName" in node ? [node] : []),
  ...("childNodes" in node ? node.childNodes.flatMap(elements) : [])
]

/** The elements and their attributes, which is all but the text. */
const shape = (node: Node): unknown =>
  "childNodes" in node
    ? [
      node.nodeName,
      ...("attrs" in node ? node.attrs.map(({ name, value }) => `${name}=${value}`) : []),
      ...node.childNodes.filter(({ nodeName }) => nodeName !== "#text").map(shape)
    ]
    : [node.nodeName]

const textOf = (node: Node): string =>
  "value" in node ? node.value : "childNodes" in node ? node.childNodes.map(textOf).join("") : ""

/** What a browser may take for more than text, or would turn or hide. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom("<", ">", "&", "\"", "'", "`", "=", "/", "!", "-", "]", " ", "\n", "\r", "\t", "x", "#"),
    fc.constantFrom("<script>", "</style>", "<!--", "-->", "]]>", "<![CDATA[", "</title>", "</pre>", "</svg>", "&lt;"),
    fc.constantFrom("\" onclick=\"alert(1)", "' style='x", "<img src=x onerror=y>", "javascript:x", "&#x3C;", "<p>"),
    fc.constantFrom("\u0000", "\u001B", "\u007F", "\u202E", "\u2066", "\u2028", "\uFEFF", "\uD800", "\uDC00", "\uFFFE"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 })
  ),
  maxLength: 12
})

/** What nobody would see, or would see elsewhere. */
const unseen = /(?!\n)[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u

describe("the page of a run", () => {
  it("holds what comes from outside as text, and as nothing else", () => {
    const expected = shape(parsed(pageOf(everything("x"), "x")))

    fc.assert(
      fc.property(hostile, (text) => {
        const page = pageOf(everything(`x${text}`), `x${text}`)
        const document = parsed(page)

        assert.deepStrictEqual(shape(document), expected)
        assert.notMatch(textOf(document), unseen)
        assert.notMatch(page, unseen)
      }),
      { numRuns: 150, examples: [["</style><script>alert(1)</script>"], ["\" onload=\"x"], ["\u202E\u0000\uD800"]] }
    )
  })

  it("says everything there is to say", () => {
    const page = textOf(parsed(pageOf(everything("!"), "!")))

    const said = [
      "program!",
      "run!",
      "parent!",
      "key!",
      "input!",
      "set!",
      "why!",
      "member!: chose! (reason!)",
      "question!",
      "prompt!",
      "file!",
      "issue!",
      "answer!",
      "schema!",
      "tag!",
      "message!",
      "fix!",
      "name!",
      "bug!",
      "frame!",
      "void!",
      "lines!",
      "cairn resume!",
      "2 requests, 31204 tokens in, 1920 tokens out",
      "0.1224",
      "31\u202F204",
      "could not be undone",
      "What 2 steps did is still to be undone",
      "1970-01-01 01:15:00 +01:00",
      "went on"
    ]
    for (const one of said) assert.include(page, one)
    assert.notInclude(page, "example!")
  })

  it("loads nothing, runs nothing, and is told apart by headings and names", () => {
    const all = elements(parsed(pageOf(everything("!"), "!")))

    const tags = new Set(all.map(({ tagName }) => tagName))
    const attributes = new Set(all.flatMap(({ attrs }) => attrs.map(({ name }) => name)))
    for (const tag of ["script", "link", "img", "iframe", "object", "form", "a", "base"]) {
      assert.isFalse(tags.has(tag), tag)
    }
    for (const name of ["src", "href", "style", "id"]) assert.isFalse(attributes.has(name), name)
    const policy = all.find(({ attrs }) => attrs.some(({ value }) => value === "Content-Security-Policy"))
    assert.match(
      policy?.attrs.at(-1)?.value ?? "",
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'/
    )
    const texts = (tag: string) => all.filter(({ tagName }) => tagName === tag).map(textOf)
    assert.deepStrictEqual(texts("h1"), ["program!"])
    assert.deepStrictEqual(texts("h2"), [
      "What went wrong",
      "What went in and came out",
      "Steps",
      "Questions and answers",
      "What answers took",
      "How it went"
    ])
    assert.deepStrictEqual(all[0]?.attrs, [{ name: "lang", value: "en" }])
    for (const { attrs, tagName } of all) {
      if (tagName === "svg") assert.include(attrs.map(({ name }) => name), "aria-hidden")
      if (tagName === "th") assert.include(attrs.map(({ name }) => name), "scope")
    }
  })

  it("cuts what is long, and says what shows the whole", () => {
    const page = pageOf([began(), succeeded("long", 1000, 5, "x".repeat(3_000_000))])

    assert.isBelow(page.length, 30_000)
    assert.include(textOf(parsed(page)), "2996002 more characters. The whole: cairn show --step long")
  })

  it("shows the last of many answers that were refused", () => {
    const refused = Array.from({ length: 8 }, (_, index): DurableEvent => ({
      _tag: "AnswerRefused",
      at: 1000 + index,
      path: "asks",
      ...identity,
      name: "question",
      issues: [`wrong-${index}`]
    }))
    const page = textOf(parsed(pageOf([began(), ...refused])))

    assert.include(page, "wrong-7")
    assert.notInclude(page, "wrong-2")
    assert.include(page, "3 more before that")
  })

  it("stays small however many steps and parts there are, and shows those that matter", () => {
    const steps = Array.from({ length: 10_000 }, (_, index): DurableEvent =>
      index === 5000
        ? {
          _tag: "StepFailed",
          ...identity,
          path: "bad",
          at: 1000 + index * 10,
          ms: 9,
          attempts: 1,
          problem: { _tag: "Failure", tag: "Refused", message: "no" }
        }
        : succeeded(`s${index}`, 1000 + index * 10, index === 7000 ? 9000 : 9, "r".repeat(500)))
    const parts = Array.from(
      { length: 10_000 },
      (_, index) => succeeded(`all/${index}`, 1000 + index * 10, 9, "r".repeat(500))
    )
    const ofSteps = pageOf([began({ of: 10_000 }), ...steps])
    const ofParts = pageOf([began({ of: 1 }), ...parts])

    assert.isBelow(ofSteps.length, 1_000_000)
    assert.isBelow(ofParts.length, 500_000)
    const rows = elements(parsed(ofSteps)).filter(({ tagName }) => tagName === "li").map(textOf)
    assert.isAbove(rows.length, 300)
    assert.isTrue(rows.some((row) => row.includes("s7000")))
    assert.isTrue(rows.some((row) => row.includes("bad") && row.includes("Refused")))
    assert.isTrue(rows.some((row) => /Steps \d+ to \d+\d+ done/.test(row)))
    assert.include(textOf(parsed(ofParts)), "9900 more: cairn show --step all")
  })
})

describe("the line of time", () => {
  const span = fc.record({ from: fc.nat(1_000_000_000), ms: fc.nat(100_000) }).map(({ from, ms }) => ({
    from,
    to: from + ms
  }))

  it("keeps the order of things, from 0 to 100, whatever there was", () => {
    fc.assert(fc.property(fc.array(span, { maxLength: 60 }), fc.array(fc.nat(1_100_000_000)), (spans, times) => {
      const axis = Axis.make(spans)

      const places = [...times].sort((a, b) => a - b).map(axis.at)
      places.forEach((x, index) => assert.isTrue(x >= 0 && x <= 100 && x >= (places[index - 1] ?? 0), `${x}`))
      for (const { ms, x } of axis.ticks) assert.isTrue(x >= 0 && x <= 100.001 && ms >= 0, `${x}`)
      assert.isAtMost(axis.pauses.reduce((sum, { width }) => sum + width, 0), 40.001)
      assert.isAtMost(axis.ticks.length, 8)
    }))
  })

  it("gives a pause of days little room, and what was done most of it", () => {
    const day = 24 * 60 * 60 * 1000
    const axis = Axis.make([{ from: 0, to: 60_000 }, { from: 3 * day, to: 3 * day + 30_000 }])

    assert.deepStrictEqual(axis.pauses, [{ x: 64, width: 4, ms: 3 * day - 60_000 }])
    assert.deepStrictEqual([axis.at(30_000), axis.at(2 * day), axis.at(3 * day + 30_000)].map(Math.round), [
      32,
      67,
      100
    ])
    assert.deepStrictEqual(axis.ms, 90_000)
    assert.deepStrictEqual(axis.ticks.map(({ ms }) => ms), [0, 30_000, 60_000, 90_000])
  })

  it("is there where nothing took any time", () => {
    const axis = Axis.make([{ from: 5, to: 5 }])

    assert.deepStrictEqual([axis.at(5), axis.ms, axis.pauses], [0, 0, []])
    assert.strictEqual(Axis.make([]).at(1), 0)
  })
})

it("shows a text that is plain as it is", () => {
  const text = "Überprüfung 日本語 👩‍👩‍👧 a – b"

  assert.include(textOf(parsed(pageOf(everything(text), text))), printable.line(`title${text}`))
})
