/**
 * The markdown file of an agent: its lines as they are, and who it says the agent is.
 *
 * @since 0.1.0
 */
import { Either, Option } from "effect"
import type { Warning } from "../review/Draft.ts"
import { UnreadableAgent } from "./errors.ts"
import * as frontMatter from "./frontMatter.ts"
import { type Lines, split } from "./Lines.ts"

/** @category models */
export interface AgentFile {
  /** Without a byte-order mark. */
  readonly lines: Lines
  /** A byte-order mark, where the file begins with one. */
  readonly mark: string
  readonly matter: Option.Option<frontMatter.FrontMatter>
  /** As its front matter says, else as its file is called. */
  readonly name: string
  readonly description: string
  readonly warnings: ReadonlyArray<Warning>
}

/** How many bytes an agent file may have. */
export const limit = 2 * 1024 * 1024

/** What is wrong with a file that is larger, and what to do. */
export const tooLarge = (limit: number): readonly [reason: string, fix: string] => [
  `it is larger than ${limit} bytes`,
  "Move what the agent does not need into files of their own."
]

/** What is wrong with a file that other programs would not read either. */
const unreadable = (path: string) => (reason: string, fix = "Save the file as UTF-8 markdown.") =>
  new UnreadableAgent({ path, reason, fix })

/**
 * The text of a file, byte-order mark and all, or why it has none.
 *
 * @category parsing
 */
export const decode = (bytes: Uint8Array, path: string): Either.Either<string, UnreadableAgent> => {
  const refused = unreadable(path)
  if (bytes.length > limit) return Either.left(refused(...tooLarge(limit)))
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  return Option.match(Option.liftThrowable((bytes: Uint8Array) => decoder.decode(bytes))(bytes), {
    onNone: () => Either.left(refused("it is not UTF-8")),
    onSome: (text) => text.includes("\0") ? Either.left(refused("it holds a NUL")) : Either.right(text)
  })
}

/** The lines of a text, and its byte-order mark, where it begins with one. */
export const marked = (text: string): { readonly lines: Lines; readonly mark: string } => {
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : ""
  return { lines: split(text.slice(mark.length)), mark }
}

/**
 * Reads the text of an agent file. `stem` is the file's name without `.md`.
 *
 * @category parsing
 */
export const parse = (text: string, path: string, stem: string): Either.Either<AgentFile, UnreadableAgent> => {
  const { lines, mark } = marked(text)
  return Either.mapBoth(frontMatter.read(lines), {
    onLeft: ({ fix, reason }) => unreadable(path)(reason, fix),
    onRight: (matter) => {
      const field = (name: string) => Option.flatMap(matter, (matter) => frontMatter.text(matter, name))
      return {
        lines,
        mark,
        matter,
        name: Option.getOrElse(field("name"), () => stem),
        description: Option.getOrElse(field("description"), () => ""),
        warnings: Option.exists(matter, ({ isYaml }) => !isYaml) ? [notYaml(path)] : []
      }
    }
  })
}

const notYaml = (path: string): Warning => ({
  code: "front-matter-not-yaml",
  message: "The front matter is not valid YAML; it was read line by line",
  where: path
})

/** The index of the first line after the front matter. */
export const bodyStart = ({ matter }: Pick<AgentFile, "matter">): number =>
  Option.match(matter, { onNone: () => 0, onSome: ({ to }) => to + 1 })
