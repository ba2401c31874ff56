/**
 * A part of somebody else's file that is ours: what stands between two marks, and nothing outside of them.
 *
 * @since 0.1.0
 */
import { Either } from "effect"

/**
 * The marks, as comments of the file that they stand in.
 *
 * @category models
 * @since 0.1.0
 */
export interface Marks {
  readonly begin: string
  readonly end: string
}

/** @category constructors */
export const markdown = (name: string): Marks => ({ begin: `<!-- ${name}:begin -->`, end: `<!-- ${name}:end -->` })

/** @category constructors */
export const yaml = (name: string): Marks => ({ begin: `# ${name}:begin`, end: `# ${name}:end` })

/**
 * A part with its marks.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = ({ begin, end }: Marks, lines: ReadonlyArray<string>): ReadonlyArray<string> => [
  begin,
  ...lines,
  end
]

/**
 * A text in which the part is as it should be; a text without the part is given back as it is, by `missing`. Says what is
 * wrong where the marks are not one pair.
 *
 * @category combinators
 * @since 0.1.0
 */
export const replace = (
  text: string,
  marks: Marks,
  lines: ReadonlyArray<string>,
  missing: (part: string, newline: string) => string
): Either.Either<string, string> => {
  const newline = text.includes("\r\n") ? "\r\n" : "\n"
  const part = render(marks, lines).join(newline)
  const begins = places(text, marks.begin)
  const ends = places(text, marks.end)
  const [begin] = begins
  const [end] = ends
  if (begins.length + ends.length === 0) return Either.right(missing(part, newline))
  if (begin === undefined || end === undefined || begins.length + ends.length > 2 || end < begin) {
    return Either.left(`the marks "${marks.begin}" and "${marks.end}" are not one pair, each on a line of its own`)
  }
  return Either.right(text.slice(0, begin) + part + text.slice(end + marks.end.length))
}

/** Where a mark is a whole line. */
const places = (text: string, mark: string): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
    const before = at === 0 || text[at - 1] === "\n" || (at === 1 && text[0] === "\uFEFF")
    if (before && /^[ \t]*(?:\r?\n|$)/.test(text.slice(at + mark.length, at + mark.length + 100))) found.push(at)
  }
  return found
}
