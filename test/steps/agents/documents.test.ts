import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import * as AgentFile from "../../../src/steps/agents/AgentFile.ts"
import * as AgentPath from "../../../src/steps/agents/AgentPath.ts"
import * as boundaries from "../../../src/steps/agents/boundaries.ts"
import { choose } from "../../../src/steps/agents/boundarySets.ts"
import type { Content } from "../../../src/steps/agents/Content.ts"
import { enhance } from "../../../src/steps/agents/enhance.ts"
import * as Enhancement from "../../../src/steps/agents/Enhancement.ts"
import * as templates from "../../../src/steps/agents/templates.ts"

const parse = (text: string) => Either.getOrThrow(AgentFile.parse(text, "tester.md", "tester"))

const own = [
  "## Boundaries",
  ...boundaries.parts.flatMap(({ heading, least, mark }) => [
    "",
    `### ${heading}`,
    ...Array.from({ length: least }, (_, index) => `- ${mark} Rule ${index} of this agent`)
  ])
].join("\n")

const applied = (
  text: string,
  content: Content,
  options: { readonly extended?: string; readonly split?: boolean } = {}
) => {
  const enhancement = Enhancement.fromContent(content, { set: "default", bringsMetadata: false })
  const enhanced = enhance(parse(text), enhancement, {
    stem: "tester",
    extended: options.extended ?? null,
    split: options.split ?? true
  })
  return { ...enhanced, codes: [...enhancement.warnings, ...enhanced.warnings].map(({ code }) => code) }
}

const withBoundaries = (text: string, boundaries = own) => applied(text, { sections: [], boundaries })

const placement = (text: string) => {
  const found = withBoundaries(text).placement
  return found === null ? null : [found.afterHeading, found.beforeHeading]
}

describe("boundaries are placed", () => {
  const filler = (lines: number) => "text\n\n".repeat(lines / 2)

  it("after a quick start, whatever stands in its code", () => {
    assert.deepStrictEqual(
      placement("## Purpose\n\n## Quick Start\n\n```md\n## Not this\n```\n\n## Usage\n\n## Capabilities\n"),
      ["## Quick Start", "## Usage"]
    )
    assert.deepStrictEqual(placement(`## Quick Start\n\n${filler(80)}`), ["## Quick Start", null])
  })

  it("before the first section of content near the top", () => {
    assert.deepStrictEqual(placement("# A\n\n## Role\n\n## Usage Examples\n\n## Best Practices\n\n## Purpose\n"), [
      "## Usage Examples",
      "## Best Practices"
    ])
    assert.deepStrictEqual(placement(`## Role\n\n${filler(120)}## Capabilities\n`), ["## Role", "## Capabilities"])
  })

  it("else after the last section that tells what the agent is for", () => {
    assert.deepStrictEqual(placement("## Purpose\n\n## Technologies\n\n## Notes\n\n## More\n"), [
      "## Technologies",
      "## Notes"
    ])
  })

  it("else before code examples or related templates, wherever they are", () => {
    assert.deepStrictEqual(placement(`## Role\n\n${filler(120)}## Related Templates\n\n## Code Examples\n`), [
      "## Related Templates",
      "## Code Examples"
    ])
  })

  it("else fifty lines below the front matter, or at the end", () => {
    assert.deepStrictEqual(placement(`## Role\n\n${filler(20)}## Notes\n\n${filler(50)}## Later\n`), [
      "## Notes",
      "## Later"
    ])
    assert.deepStrictEqual(placement("## Role\n\ntext"), ["## Role", null])
    assert.deepStrictEqual(placement(""), [null, null])
  })

  it("through no paragraph, list or block of code", () => {
    const text = `${filler(48)}\`\`\`\n${"code\n\n".repeat(10)}\`\`\`\n- a\n- b\n\nend\n`

    assert.include(withBoundaries(text).core, "```\n- a\n- b\n\n## Boundaries\n")
  })
})

describe("boundaries that are there", () => {
  it("are kept where somebody wrote them", () => {
    const text = "# A\n\n## Boundaries\n\n### ALWAYS\n- Mine\n\n## Next\n"

    const { codes, core, placement } = withBoundaries(text)

    assert.strictEqual(core, text)
    assert.strictEqual(placement, null)
    assert.deepStrictEqual(codes, ["boundaries-kept"])
  })

  it("give way to those of the agent where they fit every agent, and what was its own among them is named", () => {
    const text = `# A\n\n${boundaries.generic("testing")}\n- ⚠️ Mine alone\n\n---\n\n## Next\n`

    const { core, warnings } = withBoundaries(text)

    assert.strictEqual(core, `# A\n\n${own}\n\n---\n\n## Next\n`)
    assert.deepStrictEqual(warnings.map(({ code, message }) => [code, message.split(": ").at(-1)]), [
      ["boundaries-replaced", "Mine alone"]
    ])
    assert.strictEqual(withBoundaries(text, boundaries.generic("default")).core, text)
  })
})

describe("sections", () => {
  const content: Content = {
    sections: [
      "best_practices",
      "migration_notes",
      "related_templates",
      "capabilities",
      "title",
      "examples",
      "quick_start",
      "gone"
    ],
    boundaries: own,
    related_templates: "## Related Templates\n\n- templates/a.template",
    best_practices: "## Best Practices\n\n- Do",
    migration_notes: "Move slowly.",
    capabilities: "## Capabilities\n\n- Can",
    title: "# Other",
    examples: "## Code Examples\n\n```ts\nopen",
    quick_start: `## Quick Start\n\n${[1, 2, 3, 4].map((n) => `${n}\n\n\`\`\`\n${n}\n\`\`\``).join("\n\n")}`
  }

  it("go into the file that is read first, or into the one beside it, in its order", () => {
    const { codes, core, extended } = applied("# A\n\n## Use\n", content)

    assert.strictEqual(
      core,
      `# A\n\n## Use\n\n${own}\n\n## Capabilities\n\n- Can\n\n## Quick Start\n\n1\n\n\`\`\`\n1\n\`\`\`\n\n2\n\n\`\`\`\n2\n\`\`\`\n\n3\n\n\`\`\`\n3\n\`\`\`\n\n4\n\n` +
        "*More examples are in the extended file.*\n\n## Extended Documentation\n\n" +
        "Load [tester-ext.md](./tester-ext.md) when a task needs more than this file. It holds:\n\n" +
        "- Related Templates\n- Code Examples\n- Best Practices\n- Migration Notes\n- Quick Start: More Examples\n"
    )
    assert.strictEqual(
      extended,
      "# Tester - Extended Documentation\n\nExamples and guidance for the **tester** agent, to be read when a task needs them.\n\n" +
        "**Core documentation**: [tester.md](./tester.md)\n\n---\n\n## Related Templates\n\n- templates/a.template\n\n" +
        "## Code Examples\n\n```ts\nopen\n```\n\n## Best Practices\n\n- Do\n\n## Migration Notes\n\nMove slowly.\n\n" +
        "## Quick Start: More Examples\n\n```\n4\n```\n\n---\n\n*Part of the documentation of tester, which is read first.*\n"
    )
    assert.deepStrictEqual(codes, [
      "section-dropped",
      "section-dropped",
      "section-completed",
      "section-unknown",
      "section-completed"
    ])
  })

  it("all go into one file where it is not split", () => {
    const { core, extended } = applied("# A\n\n## Use\n", content, { split: false })

    assert.strictEqual(extended, null)
    assert.deepStrictEqual(core.match(/^## .*$/gm), [
      "## Use",
      "## Boundaries",
      "## Best Practices",
      "## Migration Notes",
      "## Related Templates",
      "## Capabilities",
      "## Code Examples",
      "## Quick Start"
    ])
    assert.include(core, "```\n4\n```")
  })

  it("are not added to a file that has them, under their name or their heading", () => {
    const text = `# A\n\n## Related Templates\n\n- mine\n\n${own}\n\n## What it can do: capabilities\n`
    const extended = "# Ext\n\n## Good Practices\n\n## detailed code examples\n\nmine\n\n---\n\n*The end.*\n"

    const after = applied(text, {
      sections: ["related_templates", "capabilities", "best_practices", "code_examples", "use_cases"],
      related_templates: "## Related Templates\n\n- other",
      capabilities: "## Capabilities\n\n- other",
      best_practices: "## good  practices\n\n- other",
      code_examples: "## Code\n\nother",
      use_cases: "## Use Cases\n\n- one",
      boundaries: own
    }, { extended })

    assert.strictEqual(after.core.startsWith(text), true)
    assert.deepStrictEqual(after.core.match(/^- other$/gm), null)
    assert.strictEqual(after.extended, extended.replace("---\n", "## Use Cases\n\n- one\n\n---\n"))
  })

  it("come after the end of a block of code that had none", () => {
    const { codes, core } = applied("# A\r\n\r\n```ts\r\ncode", { sections: [], boundaries: own }, { split: false })

    assert.isTrue(core.startsWith("# A\r\n\r\n```ts\r\ncode\r\n\r\n```\r\n\r\n## Boundaries\r\n"))
    assert.deepStrictEqual(codes, ["code-closed"])
    assert.isFalse(/[^\r]\n/.test(core))
  })
})

describe("the static strategy", () => {
  it("relates templates to the words of the agent's name", () => {
    const paths = ["templates/api/Route.ts.template", "templates/api.d/x.template", "templates/test_api.py.template"]

    assert.deepStrictEqual(templates.related("api--specialist", paths), ["templates/test_api.py.template"])
    assert.deepStrictEqual(templates.related("route-x", paths), paths.slice(0, 2))
    assert.deepStrictEqual(templates.related("-", paths), [])
  })

  it("finds the templates that a text names whole", () => {
    const paths = ["templates/a.template", "templates/b.template"]

    assert.deepStrictEqual(templates.named("- **`templates/a.template`** — x\n- other/templates/b.template", paths), [
      "templates/a.template"
    ])
    assert.deepStrictEqual(templates.named("See templates/b.template.\ntemplates/a.template2", paths), [
      "templates/b.template"
    ])
  })

  it("chooses boundaries by what the agent is said to do", () => {
    assert.deepStrictEqual(
      [["a", "Unit Tests"], ["a", "DESIGN and review"], ["linter", ""], ["a", "state management"], ["a", ""]].map((
        [name = "", description = ""]
      ) => choose(name, description)),
      ["testing", "architecture", "code_review", "orchestration", "default"]
    )
  })
})

describe("an agent is named", () => {
  it("by a template and an agent in it", () => {
    assert.deepStrictEqual(AgentPath.inTemplate("api/reviewer"), Either.right({ template: "api", agent: "reviewer" }))
    assert.deepStrictEqual(
      AgentPath.inTemplate("api/reviewer.md"),
      Either.right({ template: "api", agent: "reviewer" })
    )
    for (
      const path of [
        "reviewer",
        "a/b/c",
        "/a",
        "a/",
        "../y",
        "x/..",
        "./x",
        "a/b-ext",
        "a/b-ext.md",
        "a/.md",
        "a\\b/c",
        "a/\0"
      ]
    ) {
      assert.strictEqual(Either.isLeft(AgentPath.inTemplate(path)), true, path)
    }
  })

  it("by a markdown file, other than the one beside it", () => {
    assert.deepStrictEqual(AgentPath.stemOf("/x/agents/reviewer.md"), Either.right("reviewer"))
    for (const path of ["/x/reviewer.txt", "/x/.md", "/x/reviewer-ext.md", "/x/reviewer.md/"]) {
      assert.strictEqual(Either.isLeft(AgentPath.stemOf(path)), true, path)
    }
  })
})
