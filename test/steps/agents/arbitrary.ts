/** Agent files and content, as odd as they come. */
import * as fc from "effect/FastCheck"
import { generic, parts } from "../../../src/steps/agents/boundaries.ts"
import { sets } from "../../../src/steps/agents/boundarySets.ts"
import type { Content } from "../../../src/steps/agents/Content.ts"
import { extended } from "../../../src/steps/agents/sections.ts"

const words = fc.constantFrom("one", "two words", "ünï", "a: b", "日本", "*not a rule*", "[x](y)", "", "  ", "\t")

const lines = fc.oneof(
  { weight: 6, arbitrary: words },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "# Title",
      "## Purpose",
      "## Usage",
      "## Quick Start",
      "## Capabilities",
      "## Code Examples",
      "## Related Templates",
      "## Extended Documentation",
      "## Best Practices ##",
      "   ## Indented",
      "    ## code",
      "##no heading",
      "### Deeper",
      "### ALWAYS"
    )
  },
  { weight: 2, arbitrary: fc.constantFrom("```", "```ts", "````md", "~~~", "  ```", "---", "***", "*remark*") },
  { weight: 1, arbitrary: fc.constantFrom("<!-- one line -->", "<!-- open", "a --> b") },
  { weight: 1, arbitrary: fc.constantFrom("- one", "- ✅ Do it (why)", `- ❌ ${sets.default.never[0]}`) }
)

/** A section of boundaries as somebody left it in a file. */
const boundariesInFile = fc.oneof(
  fc.constantFrom(generic("default"), generic("testing")),
  fc.constant("## Boundaries"),
  fc.constant("## Boundaries\n\n### ALWAYS\n- Keep it"),
  fc.tuple(fc.constantFrom(...parts), fc.array(fc.constantFrom(...sets.code_review.always, "Mine alone", "Mine too")))
    .map(([{ heading, mark }, rules]) =>
      ["## Boundaries", "", `### ${heading}`, ...rules.map((rule) => `- ${mark} ${rule}`)].join("\n")
    )
)

const frontMatter = fc.oneof(
  fc.constant(""),
  fc.array(
    fc.constantFrom(
      "name: api-tester",
      "description: Use this agent when: something breaks",
      "description: 'quoted'  # remark",
      "description: |\n  many\n  lines",
      "description: >-\n  folded\n\n  text",
      "tools: [Read, Write]",
      "color: #ff0",
      "version: 1.10",
      "stack: [python]",
      "keywords:",
      "phase:   review",
      "# a remark",
      "",
      "<example>",
      "user: \"hm",
      "- loose",
      "{flow: map}",
      "  name: indented",
      "\"quoted key\": 1",
      "a: &a [x]\nb: *a",
      "__proto__: x"
    ),
    { maxLength: 6 }
  ).map((fields) => ["---", ...fields, "---", ""].join("\n"))
)

/** The text of an agent file. */
export const agentFile: fc.Arbitrary<string> = fc.record({
  mark: fc.constantFrom("", "", "", "\uFEFF"),
  matter: frontMatter,
  body: fc.array(fc.oneof({ weight: 9, arbitrary: lines }, { weight: 1, arbitrary: boundariesInFile }), {
    maxLength: 40
  }),
  end: fc.constantFrom("\n", "\n", "\r\n", "\r"),
  closing: fc.constantFrom("", "\n", "\n\n\n")
}).map(({ body, closing, end, mark, matter }) => mark + (matter + body.join("\n") + closing).replaceAll("\n", end))

const text = fc.array(lines, { maxLength: 12 }).map((lines) => lines.join("\n"))

const validBoundaries = fc.record({
  opening: fc.constantFrom(
    "## Boundaries\n\n",
    "## Boundaries of this agent\n",
    "# Limits\n",
    "",
    "Here they are:\n\n## Boundaries\n"
  ),
  always: fc.integer({ min: 5, max: 7 }),
  never: fc.integer({ min: 5, max: 7 }),
  ask: fc.integer({ min: 3, max: 5 }),
  rule: fc.constantFrom("Mine", sets.default.always[0], "Yours"),
  closing: fc.constantFrom("", "\n```", "\n\n## More\n\ntext")
}).map(({ closing, opening, rule, ...counts }) =>
  opening + parts.map(({ heading, mark, rules }) =>
    [
      `### ${heading}`,
      ...Array.from({ length: counts[rules] }, (_, index) => `- ${mark} ${rule} ${index}`)
    ].join("\n")
  ).join("\n\n") + closing
)

const names = fc.constantFrom(
  ...extended,
  "quick_start",
  "capabilities",
  "phase_integration",
  "loading_instruction",
  "title",
  "migration_notes",
  "use_cases",
  "__proto__",
  "frontmatter_metadata",
  "?!"
)

const metadata = fc.record({
  stack: fc.array(fc.constantFrom("Python", "fastapi", "c#", "yes", "12:30", "a: b", "- x", "null", "\u0007", "0o14")),
  phase: fc.constantFrom("review", "", "#"),
  capabilities: fc.oneof(fc.constant("one"), fc.array(fc.string())),
  keywords: fc.array(fc.oneof(fc.constantFrom("api", "API"), fc.integer()))
}, { requiredKeys: [] })

/** Content that keeps every rule. */
export const content: fc.Arbitrary<Content> = fc.record({
  sections: fc.array(names, { maxLength: 6 }),
  // No JSON from outside may have a key of this name.
  texts: fc.dictionary(names.filter((name) => name !== "__proto__"), text, { maxKeys: 8 }),
  boundaries: fc.option(validBoundaries, { nil: undefined }),
  namesBoundaries: fc.boolean(),
  metadata: fc.option(metadata, { nil: undefined })
}).map(({ boundaries, metadata, namesBoundaries, sections, texts }) => ({
  ...texts,
  sections: boundaries !== undefined && namesBoundaries ? ["boundaries", ...sections] : sections,
  ...(boundaries === undefined ? {} : { boundaries }),
  ...(metadata === undefined ? {} : { frontmatter_metadata: metadata })
}))
