/**
 * Which lines of a report are its own words, and which stand in a fence or a comment.
 *
 * @since 0.1.0
 */
import { isSpace, trim } from "./text.ts"

/**
 * The lines of a report as they are read: every other line is emptied, so that all keep their numbers.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reading {
  /** Without fences and comments. */
  readonly prose: ReadonlyArray<string>
  /** Without comments. */
  readonly fenced: ReadonlyArray<string>
}

/**
 * Tells prose from fences (``` and ~~~) and comments. A fence that is never closed reaches to the end; a comment counts
 * where it begins a line and is closed.
 *
 * A fence with an info string inside another one is taken as opened in it: strictly it is text, but whoever quotes
 * markdown in markdown forgets the longer fence, and the strict reading would turn everything after it inside out. A
 * fence too many does the same to this reading; where only the strict one finds an end for each, that one counts.
 *
 * @category parsing
 * @since 0.1.0
 */
export const reading = (lines: ReadonlyArray<string>): Reading => {
  const nested = read(lines, true)
  if (nested.open.length === 0) return nested
  const strict = read(lines, false)
  return strict.open.length === 0 ? strict : nested
}

const read = (lines: ReadonlyArray<string>, nests: boolean): Reading & { readonly open: ReadonlyArray<string> } => {
  const prose: Array<string> = []
  const fenced: Array<string> = []
  const lastClosing = lines.findLastIndex((line) => line.includes("-->"))
  const fences: Array<string> = []
  let inComment = false
  lines.forEach((line, index) => {
    inComment ||= fences.length === 0 && index <= lastClosing && trim(line).startsWith("<!--")
    if (inComment) {
      prose.push("")
      fenced.push("")
      inComment = !line.includes("-->")
      return
    }
    const wasInside = fences.length > 0
    const isFence = follow(fences, line, nests)
    prose.push(wasInside || isFence ? "" : line)
    fenced.push(line)
  })
  return { prose, fenced, open: fences }
}

/**
 * Headings that are underlined, as the same headings with `#`. A line of dashes often is a rule that somebody set close
 * below a paragraph: only a line that stands alone is a heading.
 *
 * @category parsing
 */
export const underlined = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const found = [...lines]
  for (let at = 1; at < lines.length; at++) {
    const mark = underline.exec(lines[at] ?? "")?.[1]
    const heading = lines[at - 1] ?? ""
    if (mark === undefined || !words.test(heading) || trim(lines[at - 2] ?? "") !== "") continue
    found[at - 1] = `${mark.startsWith("=") ? "#" : "##"} ${trim(heading)}`
    found[at] = ""
  }
  return found
}

const underline = /^ {0,3}(={3,}|-{3,})[ \t]*$/
/** A line that begins no heading, table, quote, list, fence or comment. */
const words = /^ {0,3}(?![#>|+<`~]|[-*](?:\s|$)|\d+[.)]\s)\S/

/**
 * Brings the marks of the open fences, the outermost first, up to date with a line, and says whether it opens or closes
 * one. `nests` is whether one can be opened in another.
 *
 * @category parsing
 * @since 0.1.0
 */
export const follow = (open: Array<string>, line: string, nests = true): boolean => {
  const mark = fence(line)
  if (mark === undefined) return false
  const outer = open.at(-1)
  const info = trim(line.slice(line.indexOf(mark) + mark.length))
  if (mark.startsWith("`") && info.includes("`")) return false
  if (outer === undefined) open.push(mark)
  else if (mark[0] === outer[0] && mark.length >= outer.length) {
    if (info === "") open.pop()
    else if (nests) open.push(mark)
  }
  return true
}

/** The run of at least three backticks or tildes that a line begins with, if it does. */
const fence = (line: string): string | undefined => {
  let start = 0
  while (isSpace(line[start])) start++
  const character = line[start]
  if (character !== "`" && character !== "~") return undefined
  let end = start
  while (line[end] === character) end++
  return end - start < 3 ? undefined : line.slice(start, end)
}
