import { assert, describe, it } from "@effect/vitest"
import { Either, Option } from "effect"
import * as fc from "effect/FastCheck"
import * as AgentFile from "../../../src/steps/agents/AgentFile.ts"
import * as boundaries from "../../../src/steps/agents/boundaries.ts"
import { choose } from "../../../src/steps/agents/boundarySets.ts"
import type { Content } from "../../../src/steps/agents/Content.ts"
import { enhance } from "../../../src/steps/agents/enhance.ts"
import * as Enhancement from "../../../src/steps/agents/Enhancement.ts"
import { has } from "../../../src/steps/agents/merge.ts"
import { outline, sections, textEnd } from "../../../src/steps/agents/outline.ts"
import * as arbitrary from "./arbitrary.ts"
import { isKept, judged } from "./corpus.ts"

const parse = (text: string) => Either.getOrThrow(AgentFile.parse(text, "tester.md", "tester"))

const enhancementOf = (text: string, content: Content) => {
  const { description, name } = parse(text)
  return Enhancement.fromContent(content, { set: choose(name, description), bringsMetadata: true })
}

/** A text without its first section of boundaries. */
const withoutBoundaries = (text: string): string => {
  const file = parse(text)
  const all = outline(file.lines, AgentFile.bodyStart(file))
  const there = sections(all).find(boundaries.isHeading)
  if (there === undefined) return text
  return [...file.lines.slice(0, there.line), ...file.lines.slice(textEnd(all, there, file.lines))].join("")
}

const unmarked = (text: string) => text.replace(/^\uFEFF/, "")

const cases = fc.record({
  text: arbitrary.agentFile.filter((text) => Either.isRight(AgentFile.parse(text, "tester.md", "tester"))),
  extended: fc.option(arbitrary.agentFile),
  content: arbitrary.content,
  split: fc.boolean()
})

const numRuns = 400

describe("enhance", () => {
  it("keeps every line that was there, in its order", () => {
    const replaced = { seen: 0 }
    fc.assert(
      fc.property(cases, ({ content, extended, split, text }) => {
        const enhancement = enhancementOf(text, content)
        const after = enhance(parse(text), enhancement, { stem: "tester", extended, split })

        const own = enhancement.sections.find(({ name }) => name === "boundaries")?.lines ?? []
        const isReplaced = after.placement !== null && withoutBoundaries(text) !== text
        if (isReplaced) {
          replaced.seen++
          assert.isFalse(boundaries.isGeneric(own))
        }
        assert.isTrue(isKept(unmarked(isReplaced ? withoutBoundaries(text) : text), unmarked(after.core)))
        if (extended !== null) assert.isTrue(isKept(unmarked(extended), unmarked(after.extended ?? "")))
      }),
      { numRuns }
    )
    assert.isAbove(replaced.seen, 0)
  })

  it("leaves the front matter's fields as they were, and adds only those that it lacks", () => {
    fc.assert(
      fc.property(cases, ({ content, extended, split, text }) => {
        const enhancement = enhancementOf(text, content)

        const after = enhance(parse(text), enhancement, { stem: "tester", extended, split })

        const fields = (text: string) =>
          Option.match(parse(text).matter, { onNone: () => [], onSome: ({ fields }) => [...fields] })
        const before = fields(text)
        const now = fields(after.core)
        assert.deepStrictEqual(now.slice(0, before.length), before)
        assert.deepStrictEqual(now, [...after.fields])
        for (const [name, value] of now.slice(before.length)) {
          assert.isFalse(before.some(([other]) => other === name))
          assert.deepStrictEqual(value, enhancement.metadata?.[name as "stack"])
        }
      }),
      { numRuns }
    )
  })

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(cases, ({ content, extended, split, text }) => {
        const once = enhance(parse(text), enhancementOf(text, content), { stem: "tester", extended, split })

        const twice = enhance(parse(once.core), enhancementOf(once.core, content), {
          stem: "tester",
          extended: once.extended,
          split
        })

        assert.strictEqual(twice.core, once.core)
        assert.strictEqual(twice.extended, once.extended)
      }),
      { numRuns }
    )
  })

  it("loses no section of the content", () => {
    fc.assert(
      fc.property(cases, ({ content, extended, split, text }) => {
        const enhancement = enhancementOf(text, content)

        const after = enhance(parse(text), enhancement, { stem: "tester", extended, split })

        const core = parse(after.core)
        for (const section of enhancement.sections) {
          const isThere = has(core.lines, AgentFile.bodyStart(core), section) ||
            has(AgentFile.marked(after.extended ?? "").lines, 0, section)
          assert.isTrue(isThere, section.name)
        }
      }),
      { numRuns }
    )
  })

  it("takes only content that keeps the rules in these properties", () => {
    fc.assert(
      fc.property(arbitrary.content, (content) => {
        assert.strictEqual(judged(JSON.stringify(content), "open")._tag, "Right")
      }),
      { numRuns: 200 }
    )
  })
})
