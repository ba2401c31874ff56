import { assert, describe, it } from "@effect/vitest"
import { type Draft, plain } from "../../../src/steps/review/Draft.ts"
import { assess } from "../../../src/steps/tasks/assessment.ts"

const draft = (title: string, given: Partial<Draft> = {}): Draft => ({
  ...plain,
  id: "TASK-A",
  title,
  description: title,
  ...given
})
const files = (...extensions: ReadonlyArray<string>) => extensions.map((extension, index) => `a/${index}.${extension}`)

describe("how a task is done", () => {
  it("follows from its complexity, its risk and its files", () => {
    const cases: ReadonlyArray<readonly [Draft, string, number, string]> = [
      [draft("Say hello"), "direct", 5, "medium"],
      [draft("Say hello", { files: files("ts", "ts", "ts") }), "direct", 5, "medium"],
      [draft("Say hello", { files: files("ts", "ts", "ts", "ts") }), "task-work", 6, "medium"],
      [draft("Say hello", { complexity: 4, files: files("ts", "ts", "ts", "ts") }), "task-work", 5, "medium"],
      [
        draft("Say hello", { complexity: 3, files: files("ts", "ts", "ts", "ts", "ts", "ts") }),
        "task-work",
        5,
        "medium"
      ],
      [draft("Say hello", { complexity: 3, files: files("ts", "md", "py", "cs") }), "task-work", 5, "medium"],
      [draft("Say hello", { complexity: 3 }), "direct", 3, "low"],
      [draft("Say hello", { complexity: 0 }), "direct", 1, "low"],
      [draft("Say hello", { complexity: 12 }), "task-work", 10, "medium"],
      // One word of high risk, found inside another one.
      [draft("Make it rapid", { complexity: 1 }), "task-work", 2, "high"],
      [draft("Fix the README", { complexity: 2 }), "direct", 1, "low"],
      // Low and high words, of which only some are still a risk then.
      [draft("Lint the api"), "task-work", 6, "medium"],
      [draft("Comment on authentication"), "task-work", 7, "high"],
      [draft("Tidy comment and style of a token", { complexity: 4 }), "direct", 2, "low"]
    ]
    for (const [task, mode, complexity, risk] of cases) {
      const { complexityAnalyzed, implementationMode, riskLevel } = assess(task)
      assert.deepStrictEqual([implementationMode, complexityAnalyzed, riskLevel], [mode, complexity, risk], task.title)
    }
  })

  it("is what the report asks for, which needs no analysis then", () => {
    assert.deepStrictEqual(assess(draft("Rework security", { explicitMode: "manual", complexity: 9 })), {
      implementationMode: "manual",
      complexityAnalyzed: null,
      riskLevel: null,
      taskType: "feature"
    })
  })

  it("counts a word once, and reads title and description together", () => {
    assert.strictEqual(assess(draft("api api", { complexity: 1 })).complexityAnalyzed, 2)
    assert.strictEqual(assess(draft("access", { description: "control", complexity: 1 })).riskLevel, "high")
  })
})

it("the type of a task is the first one that any of its words belongs to", () => {
  const types = [
    "Deploy and test the docs",
    "Wire up the tests",
    "Write a spec",
    "Clean up the guide",
    "Shorten the schema",
    "Add enums",
    "Set up vite",
    "Say hello",
    "Ask a specialist",
    "It draws"
  ].map((title) => assess(draft(title)).taskType)

  assert.deepStrictEqual(types, [
    "infrastructure",
    "integration",
    "testing",
    "refactor",
    "documentation",
    "declarative",
    "scaffolding",
    "feature",
    "testing",
    "infrastructure"
  ])
})
