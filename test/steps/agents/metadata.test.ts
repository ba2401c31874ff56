import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import * as metadata from "../../../src/steps/agents/metadata.ts"

const codes = ({ warnings }: ReturnType<typeof metadata.normalized>) =>
  warnings.map(({ code, where }) => `${where ?? ""} ${code}`)

describe("metadata", () => {
  it("gets one spelling, and every change is told", () => {
    const result = metadata.normalized({
      stack: ["Python", " node.js ", "JS", "FastAPI", "cobol", 7, "c#"],
      phase: "review",
      capabilities: "Reviews",
      keywords: ["api", "API", "fastapi", { a: 1 }]
    })

    assert.deepStrictEqual(
      result.metadata,
      Option.some({
        stack: ["python", "javascript", "cobol", "csharp"],
        phase: "review",
        capabilities: ["Reviews"],
        keywords: ["api", "fastapi"]
      })
    )
    assert.deepStrictEqual(codes(result), [
      "frontmatter_metadata.stack metadata-dropped",
      "frontmatter_metadata.stack metadata-renamed",
      "frontmatter_metadata.stack metadata-renamed",
      "frontmatter_metadata.stack metadata-renamed",
      "frontmatter_metadata.stack metadata-repeated",
      "frontmatter_metadata.stack metadata-moved",
      "frontmatter_metadata.stack metadata-unknown",
      "frontmatter_metadata.stack metadata-renamed",
      "frontmatter_metadata.keywords metadata-dropped",
      "frontmatter_metadata.keywords metadata-repeated"
    ])
  })

  it("may be missing or of no use, as a whole or in part", () => {
    assert.deepStrictEqual(codes(metadata.normalized(undefined)), ["frontmatter_metadata metadata-absent"])
    assert.deepStrictEqual(codes(metadata.normalized(["stack"])), ["frontmatter_metadata metadata-dropped"])
    const result = metadata.normalized({ stack: { a: 1 }, phase: 7, keywords: [] })
    assert.deepStrictEqual(result.metadata, Option.some({ keywords: [] }))
    assert.deepStrictEqual(codes(result), [
      "frontmatter_metadata.stack metadata-dropped",
      "frontmatter_metadata.stack metadata-absent",
      "frontmatter_metadata.phase metadata-dropped"
    ])
  })

  it("of a file is checked field by field", () => {
    const problems = (fields: Record<string, unknown>) => metadata.problems(new Map(Object.entries(fields)))

    assert.deepStrictEqual(
      problems({ stack: ["python"], phase: "review", capabilities: ["a"], keywords: ["a", "b", "c"] }),
      []
    )
    assert.deepStrictEqual(problems({ stack: "python", phase: "planning", capabilities: [], keywords: ["a"] }), [
      "stack is no list",
      "phase is not one of implementation, review, testing, orchestration, debugging",
      "capabilities has 0 values, 1 to 10 are expected",
      "keywords has 1 values, 3 to 15 are expected"
    ])
    assert.deepStrictEqual(problems({ stack: ["python", "cobol", 7] }), [
      "stack has values that are not known: \"cobol\", \"7\"",
      "phase is missing",
      "capabilities is missing",
      "keywords is missing"
    ])
  })
})
