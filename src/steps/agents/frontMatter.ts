/**
 * The YAML between two `---` at the top of a file. It is read leniently, since agent files in the wild are often no
 * YAML, and it is never written anew: fields are added as lines of their own, and every other byte stays.
 *
 * @since 0.1.0
 */
import { Either, Option } from "effect"
import * as yaml from "yaml"
import { trim } from "../review/text.ts"
import { frontMatter } from "../tasks/frontMatter.ts"
import { bare, commonEnd, isBlank, type Lines, split } from "./Lines.ts"

/** @category models */
export interface FrontMatter {
  /** The index of the line after the opening `---`. */
  readonly from: number
  /** The index of the closing `---`. */
  readonly to: number
  /** The value of each field, as text where the file's own spelling is no YAML. */
  readonly fields: ReadonlyMap<string, unknown>
  /** Whether it is the YAML of a mapping. */
  readonly isYaml: boolean
}

/** How large a front matter may be, in UTF-16 units. */
export const limit = 100_000

/**
 * What is wrong with a front matter that cannot even be told from the text after it.
 *
 * @category models
 */
export interface Broken {
  readonly reason: string
  readonly fix: string
}

const isRule = (line: string | undefined): boolean => line !== undefined && /^---[ \t]*$/.test(bare(line))

const key = /^( *)([A-Za-z_][\w.-]*)[ \t]*:(?:[ \t](.*))?$/

/**
 * Finds and reads the front matter of a file; none where the file does not begin with `---`.
 *
 * @category parsing
 */
export const read = (lines: Lines): Either.Either<Option.Option<FrontMatter>, Broken> => {
  const open = lines.findIndex((line) => !isBlank(line))
  if (open < 0 || !isRule(lines[open])) return Either.right(Option.none())
  const from = open + 1
  let to = from
  while (to < lines.length && !isRule(lines[to])) to++
  if (to === lines.length) {
    return Either.left({
      reason: `its front matter begins in line ${open + 1} and never ends`,
      fix: "Close the front matter with a line of its own that holds only ---, or remove its first line."
    })
  }
  const block = lines.slice(from, to).map(bare)
  if (block.reduce((sum, line) => sum + line.length + 1, 0) > limit) {
    return Either.left({
      reason: `its front matter is longer than ${limit / 1000} KB`,
      fix: "Keep the front matter to the fields that describe the agent, and move the rest into the text below it."
    })
  }
  const strict = asYaml(block.join("\n"))
  return Either.right(Option.some({
    from,
    to,
    fields: Option.getOrElse(strict, () => leniently(block)),
    isYaml: Option.isSome(strict)
  }))
}

/**
 * The fields of a YAML mapping. Any tag is ignored and no alias is expanded often, so that a file can neither run
 * anything nor fill memory.
 */
const asYaml: (text: string) => Option.Option<ReadonlyMap<string, unknown>> = (text) =>
  Option.flatten(
    Option.liftThrowable((text: string) => {
      const document = yaml.parseDocument(text, { schema: "core", logLevel: "silent", uniqueKeys: false })
      if (document.errors.length > 0) return Option.none()
      if (document.contents === null) return Option.some(new Map<string, unknown>())
      if (!yaml.isMap(document.contents)) return Option.none()
      return Option.some(
        new Map(document.contents.items.map(({ key, value }) => [
          yaml.isScalar(key) ? String(key.value) : String(key),
          yaml.isNode(value) ? value.toJS(document, { maxAliasCount: 100 }) : value
        ]))
      )
    })(text)
  )

/** `key: the rest of the line`, and the lines below it up to the next key. The first of two equal keys counts. */
const leniently = (block: ReadonlyArray<string>): ReadonlyMap<string, unknown> => {
  const fields = new Map<string, unknown>()
  const starts = block.flatMap((line, index) => key.test(line) ? [index] : [])
  for (const [place, start] of starts.entries()) {
    const chunk = block.slice(start, starts[place + 1] ?? block.length)
    const [, , name = "", first = ""] = key.exec(chunk[0] ?? "") ?? []
    if (fields.has(name)) continue
    const value = Option.flatMap(asYaml(chunk.join("\n")), (fields) => Option.fromNullable(fields.get(name)))
    fields.set(name, Option.getOrElse(value, () => trim([first, ...chunk.slice(1)].map(trim).join("\n"))))
  }
  return fields
}

/**
 * A field as one line of text; none where it is missing, empty, or a list or mapping.
 *
 * @category accessors
 */
export const text = ({ fields }: Pick<FrontMatter, "fields">, name: string): Option.Option<string> => {
  const value = fields.get(name)
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? Option.filter(Option.some(trim(String(value))), (text) => text !== "")
    : Option.none()
}

/**
 * Adds fields before the closing `---`, or a front matter of its own where there is none. None where the file's way of
 * writing does not allow it: then its fields would no longer read back as they were, or the new ones not at all.
 *
 * @category combinators
 */
export const withFields = (
  lines: Lines,
  matter: Option.Option<FrontMatter>,
  added: ReadonlyArray<readonly [name: string, value: string | ReadonlyArray<string>]>
): Option.Option<Lines> => {
  if (Option.exists(matter, ({ fields, isYaml }) => !isYaml && fields.size === 0)) return Option.none()
  const end = commonEnd(lines)
  const written = split(frontMatter(Object.fromEntries(added), [])).slice(1, -1)
  const block = (indent: string) => written.map((line) => indent + bare(line) + end)
  const next = Option.match(matter, {
    onNone: () => [`---${end}`, ...block(""), `---${end}`, ...(isBlank(lines[0]) ? [] : [end]), ...lines],
    onSome: ({ from, to }) => {
      const first = lines.slice(from, to).find((line) => !isBlank(line) && !line.trimStart().startsWith("#"))
      return [...lines.slice(0, to), ...block(/^ */.exec(first ?? "")?.[0] ?? ""), ...lines.slice(to)]
    }
  })
  const expected = [...Option.match(matter, { onNone: () => [], onSome: ({ fields }) => [...fields] }), ...added]
  return Option.as(
    Option.filter(
      Option.flatten(Either.getOrElse(Either.map(read(next), Option.some), () => Option.none())),
      ({ fields }) => JSON.stringify([...fields]) === JSON.stringify(expected)
    ),
    next
  )
}
