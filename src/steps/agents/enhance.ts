/**
 * The two files of an agent as an enhancement leaves them. Doing it twice changes nothing more.
 *
 * @since 0.1.0
 */
import { Either, Option } from "effect"
import type { Warning } from "../review/Draft.ts"
import { link } from "../tasks/markdown.ts"
import { type AgentFile, bodyStart, marked } from "./AgentFile.ts"
import type { Enhancement } from "./Enhancement.ts"
import * as frontMatter from "./frontMatter.ts"
import { bare, commonEnd, isBlank, type Lines, split } from "./Lines.ts"
import * as merge from "./merge.ts"
import * as metadata from "./metadata.ts"
import { outline, sections as sectionsOf } from "./outline.ts"
import type { Placement } from "./placement.ts"
import * as sections from "./sections.ts"

/** @category models */
export interface Enhanced {
  readonly core: string
  /** The text of the file beside it; null where there is none and none is needed. */
  readonly extended: string | null
  /** Where the boundaries went; null where they did not. */
  readonly placement: Placement | null
  /** What an agent is found by, as the file now says it. */
  readonly fields: ReadonlyMap<string, unknown>
  readonly warnings: ReadonlyArray<Warning>
}

/** @category models */
export interface Options {
  /** The name of the agent's file without `.md`. */
  readonly stem: string
  /** The text of the file beside it, where there is one. */
  readonly extended: string | null
  /** Whether what is not always needed goes into a file of its own. */
  readonly split: boolean
}

/**
 * Applies an enhancement.
 *
 * @category combinators
 */
export const enhance = (
  file: AgentFile,
  enhancement: Enhancement,
  { extended, split: splits, stem }: Options
): Enhanced => {
  const to = `${stem}.md`
  const wanted = enhancement.sections.filter(({ name }) => name !== "boundaries")

  const matter = withMetadata(file, enhancement.metadata, to)
  const from = bodyStart(file) + matter.lines.length - file.lines.length
  const boundaries = enhancement.sections.find(({ name }) => name === "boundaries")
  const placed = boundaries === undefined
    ? { lines: matter.lines, placement: null, warnings: [] }
    : merge.setBoundaries(matter.lines, { from, to }, boundaries)

  const { beside, inside } = splits
    ? divided(wanted, (section) => merge.has(placed.lines, from, section))
    : { inside: wanted, beside: [] }
  const core = merge.add(placed.lines, { from, at: placed.lines.length, to }, inside)
  const second = extendedFile(extended, beside, { stem, end: commonEnd(file.lines) })
  const pointer = pointerTo(stem, second.text ?? "")
  const isPointed = second.added.length === 0 || merge.has(core.lines, from, pointer)
  const whole = merge.add(core.lines, { from, at: core.lines.length, to }, isPointed ? [] : [pointer])

  return {
    core: file.mark + whole.lines.join(""),
    extended: second.text,
    placement: placed.placement,
    fields: matter.fields,
    warnings: [matter, placed, core, whole, second].flatMap(({ warnings }) => warnings)
  }
}

/** Adds of the metadata what the front matter lacks. */
const withMetadata = (file: AgentFile, found: metadata.Metadata | null, to: string) => {
  const fields = Option.match(file.matter, { onNone: () => new Map<string, unknown>(), onSome: ({ fields }) => fields })
  const added = metadata.names.flatMap((name) => {
    const value = found?.[name]
    return value === undefined || value.length === 0 || fields.has(name) ? [] : [[name, value] as const]
  })
  if (added.length === 0) return { lines: file.lines, fields, warnings: [] }
  return Option.match(frontMatter.withFields(file.lines, file.matter, added), {
    onNone: () => ({
      lines: file.lines,
      fields,
      warnings: [{
        code: "metadata-not-added",
        message: `The front matter is written in a way that takes no further lines; add ${
          added.map(([name]) => name).join(", ")
        } by hand`,
        where: to
      }]
    }),
    onSome: (lines) => ({ lines, fields: new Map<string, unknown>([...fields, ...added]), warnings: [] })
  })
}

/**
 * Which sections go into the file that is always read, and which into the one beside it. Templates that the first one
 * lists already are not listed again.
 */
const divided = (wanted: ReadonlyArray<sections.Section>, isThere: (section: sections.Section) => boolean) => {
  const core = wanted.filter(({ name }) => sections.isCore(name)).map((section) =>
    section.name === "quick_start" && !isThere(section) ? sections.quickStart(section) : [section, undefined] as const
  )
  const rest = wanted.filter((section) =>
    !sections.isCore(section.name) && !(section.name === "related_templates" && isThere(section))
  )
  const known = sections.extended.flatMap((name) => rest.filter((section) => section.name === name))
  return {
    inside: core.map(([section]) => section),
    beside: [
      ...known,
      ...rest.filter(({ name }) => !sections.extended.includes(name)),
      ...core.flatMap(([, more]) => more === undefined ? [] : [more])
    ]
  }
}

/** The file beside the agent's: made, or the one that is there with the sections that it lacks. */
const extendedFile = (
  text: string | null,
  wanted: ReadonlyArray<sections.Section>,
  { end, stem }: { readonly stem: string; readonly end: string }
) => {
  const { lines, mark } = marked(text ?? skeleton(stem).map((line) => line + end).join(""))
  const from = Option.match(Option.flatten(Either.getRight(frontMatter.read(lines))), {
    onNone: () => 0,
    onSome: ({ to }) => to + 1
  })
  const merged = merge.add(lines, { from, at: footer(lines, from), to: `${stem}-ext.md` }, wanted)
  return { ...merged, text: merged.added.length === 0 ? text : mark + merged.lines.join("") }
}

const skeleton = (stem: string): ReadonlyArray<string> => [
  `# ${sections.title(stem)} - Extended Documentation`,
  "",
  `Examples and guidance for the **${stem}** agent, to be read when a task needs them.`,
  "",
  `**Core documentation**: ${link(`${stem}.md`, "", `./${stem}.md`)}`,
  "",
  "---",
  "",
  "---",
  "",
  `*Part of the documentation of ${stem}, which is read first.*`
]

/** The index of the rule above a closing remark, before which more sections go; or the end. */
const footer = (lines: Lines, from: number): number => {
  const { headings, isHidden } = outline(lines, from)
  let at = lines.length
  while (at > from && isBlank(lines[at - 1])) at--
  while (at > from && !isHidden(at - 1) && /^[*_]/.test(lines[at - 1] ?? "") && !isRule(lines[at - 1])) at--
  while (at > from && isBlank(lines[at - 1])) at--
  const isFooter = at > from && at < lines.length && isRule(lines[at - 1]) && !isHidden(at - 1) &&
    headings.every(({ line }) => line < at)
  return isFooter ? at - 1 : lines.length
}

const isRule = (line: string | undefined): boolean => line !== undefined && /^(-{3,}|\*{3,}|_{3,})\s*$/.test(bare(line))

const pointerTo = (stem: string, text: string): sections.Section => {
  const lines = split(text)
  return {
    name: "loading_instruction",
    heading: "Extended Documentation",
    lines: [
      "## Extended Documentation",
      "",
      `Load ${link(`${stem}-ext.md`, "", `./${stem}-ext.md`)} when a task needs more than this file. It holds:`,
      "",
      ...sectionsOf(outline(lines, 0)).map(({ text }) => `- ${text}`)
    ]
  }
}
