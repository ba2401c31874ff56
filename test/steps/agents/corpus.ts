/** Runs cases of the corpus through the rules of `agent-enhance` and says what differs. */
import { Effect, Either, Option } from "effect"
import * as fs from "node:fs"
import { basename, join, relative } from "node:path"
import { Given, judge, type Refusal } from "../../../src/pipeline/Question.ts"
import * as AgentFile from "../../../src/steps/agents/AgentFile.ts"
import { question } from "../../../src/steps/agents/Author.ts"
import * as boundaries from "../../../src/steps/agents/boundaries.ts"
import * as boundarySets from "../../../src/steps/agents/boundarySets.ts"
import type { Content } from "../../../src/steps/agents/Content.ts"
import { enhance, type Enhanced } from "../../../src/steps/agents/enhance.ts"
import * as Enhancement from "../../../src/steps/agents/Enhancement.ts"
import { outline, sections } from "../../../src/steps/agents/outline.ts"
import * as templates from "../../../src/steps/agents/templates.ts"

export interface Result {
  readonly name: string
  readonly differences: ReadonlyArray<string>
}

export type Json = Record<string, any> // oxlint-disable-line typescript/no-explicit-any -- the corpus is JSON of many shapes

export const readJson = (path: string): Json => JSON.parse(fs.readFileSync(path, "utf8"))

const readOrNull = (path: string): string | null => fs.existsSync(path) ? fs.readFileSync(path, "utf8") : null

export const names = (folder: string): ReadonlyArray<string> => fs.readdirSync(join(folder, "cases")).sort()

/** Collects what differs. */
const differing = () => {
  const differences: Array<string> = []
  const differ = (what: string, got: unknown, want: unknown) => {
    if (JSON.stringify(got) === JSON.stringify(want)) return
    differences.push(`${what}: ${JSON.stringify(got)?.slice(0, 400)} instead of ${JSON.stringify(want)?.slice(0, 400)}`)
  }
  return { differences, differ }
}

/** The paths of the templates below a folder, as the step finds them. */
const discovered = (folder: string): ReadonlyArray<string> =>
  templates.sorted(
    fs.readdirSync(join(folder, "templates"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && templates.isTemplate(entry.name))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  )

const parse = (text: string, stem: string): AgentFile.AgentFile =>
  Either.getOrThrow(AgentFile.parse(text, `${stem}.md`, stem))

/** Applies content to an agent, and once more to what came of it. */
const apply = (
  text: string,
  content: Content,
  options: { readonly stem: string; readonly extended: string | null; readonly bringsMetadata: boolean }
): { readonly once: Enhanced; readonly twice: Enhanced; readonly enhancement: Enhancement.Enhancement } => {
  const file = parse(text, options.stem)
  const set = boundarySets.choose(file.name, file.description)
  const enhancement = Enhancement.fromContent(content, { set, bringsMetadata: options.bringsMetadata })
  const once = enhance(file, enhancement, { ...options, split: true })
  const twice = enhance(parse(once.core, options.stem), enhancement, {
    ...options,
    extended: once.extended,
    split: true
  })
  return { once, twice, enhancement }
}

/** Whether every line of a text is in another one, in its order. */
export const isKept = (before: string, after: string): boolean => {
  const lines = after.split(/\r\n?|\n/)
  let at = 0
  return before.split(/\r\n?|\n/).every((line) => {
    at = lines.indexOf(line, at) + 1
    return at > 0
  })
}

/**
 * The headings that the expected ones stand for: the original also takes what stands in code for headings, which is
 * why it may place boundaries inside of it.
 */
export const placed = (text: string, expected: Json | null) => {
  if (expected === null) return null
  const lines = text.split("\n")
  const shown = sections(outline(lines, 0)).map(({ line }) => lines[line])
  const { after_heading: after, before_heading: before } = expected
  const isReal = before === null || shown.includes(before)
  return {
    afterHeading: after,
    beforeHeading: isReal ? before : shown[shown.indexOf(after) + 1] ?? null
  }
}

/** Compares a static case with what is expected of it. */
export const check = (folder: string, name: string): Result => {
  const { differ, differences } = differing()
  const at = join(folder, "cases", name)
  const { agent: stem, template, variant } = readJson(join(at, "case.json"))
  const expected = readJson(join(at, "expected.json"))
  const text = fs.readFileSync(join(at, "agent.md"), "utf8")
  const extended = variant === "as-is" ? readOrNull(join(folder, template, "agents", `${stem}-ext.md`)) : null

  const file = parse(text, stem)
  const found = discovered(join(folder, template))
  const related = templates.related(file.name, found)
  const set = boundarySets.choose(file.name, file.description)
  const { enhancement, once, twice } = apply(text, Enhancement.offline(related, set), {
    stem,
    extended,
    bringsMetadata: false
  })

  differ("templates", found, expected.discovered_templates)
  differ("related", related, expected.related_templates)
  differ("set", set, expected.boundary_category)
  differ("sections", enhancement.sections.map(({ name }) => name), expected.sections)
  differ("rules", boundaries.counts(boundaries.section(boundaries.generic(set)).lines), expected.boundary_counts)
  differ("inserted", once.placement !== null, expected.boundaries_inserted)
  differ("placement", once.placement, placed(text, expected.boundaries_placed))
  differ("had an extended file", extended !== null, expected.extended_existed_before)
  differ("core file", `agents/${stem}.md`, expected.split.core)
  // Templates that the agent's file lists already need no second list, and then there is nothing for a second file.
  const listsTemplates = sections(outline(text.split("\n"), 0)).some(({ text }) => text === "Related Templates")
  differ(
    "extended file",
    once.extended === null ? null : `agents/${stem}-ext.md`,
    listsTemplates && extended === null ? null : expected.split.extended
  )
  differ("keeps every line", isKept(text, once.core), true)
  differ("keeps every line of the extended file", isKept(extended ?? "", once.extended ?? ""), true)
  differ("second run: core", twice.core, once.core)
  differ("second run: extended", twice.extended, once.extended)
  return { name, differences }
}

/** An answer to the question that every author asks, judged as an open request's is. */
export const judged = (text: string, id: string): Either.Either<Content, Refusal> => {
  const about = { name: "tester", description: "", templates: [], related: [], set: "default" as const, files: [] }
  return Effect.runSync(
    Effect.either(
      Effect.map(
        judge({ ...question(about), ask: "agent" }, Given.Text({ text }), Option.some(id)),
        ({ value }) => value
      )
    )
  )
}

const ends: Readonly<Record<Refusal["_tag"], string>> = {
  Invalid: "validation-error",
  Stray: "agent-error",
  Declined: "agent-error",
  Late: "agent-error"
}

/** The agent of a case without its boundaries. */
export const bare = (text: string): string => {
  const lines = text.split("\n")
  const all = sections(outline(lines, 0))
  const own = all.find(({ text }) => text === "Boundaries")
  if (own === undefined) return text
  const next = all.find(({ line }) => line > own.line)?.line ?? lines.length
  return [...lines.slice(0, own.line), ...lines.slice(next)].join("\n")
}

/** Compares the end of every answer of the corpus with what is expected of it. */
export const checkAnswers = (folder: string): ReadonlyArray<Result> => {
  const id = "4a2f0d0e-9a53-4a57-9d21-1c8b1a3b6f10"
  return readJson(join(folder, "responses", "index.json")).cases.map((one: Json): Result => {
    const { differ, differences } = differing()
    const response = fs.readFileSync(join(folder, "responses", one.response), "utf8").replaceAll("{{REQUEST_ID}}", id)
    const end = judged(response, id)
    const kind = Either.match(end, { onLeft: ({ _tag }) => ends[_tag], onRight: () => "enhanced" })
    differ("ai", kind, one.expected.ai)
    differ("hybrid", kind === "enhanced" ? kind : "static-fallback", one.expected.hybrid)
    if (Either.isLeft(end)) return { name: one.response, differences }

    const stem = basename(one.agent)
    const text = bare(fs.readFileSync(join(folder, one.template, "agents", `${stem}.md`), "utf8"))
    const { enhancement, once, twice } = apply(text, end.right, { stem, extended: null, bringsMetadata: true })
    const generic = boundaries.isGeneric(enhancement.sections.find(({ name }) => name === "boundaries")?.lines ?? [])
    differ("boundaries", generic ? "generic" : "own", one.checks?.boundaries ?? "own")
    for (const part of one.checks?.must_contain_ext ?? []) {
      differ(`extended file has ${part}`, once.extended?.includes(part), true)
    }
    for (const [field, want] of Object.entries(one.checks?.metadata ?? {})) {
      differ(
        field,
        Option.fromNullable(enhancement.metadata).pipe(Option.map((found) => (found as Json)[field]), Option.getOrNull),
        want
      )
    }
    differ("keeps every line", isKept(text, once.core), true)
    differ("second run: core", twice.core, once.core)
    differ("second run: extended", twice.extended, once.extended)
    return { name: one.response, differences }
  })
}
