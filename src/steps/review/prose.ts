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
 * markdown in markdown forgets the longer fence, and the strict reading would turn everything after it inside out.
 *
 * @category parsing
 * @since 0.1.0
 */
export const reading = (lines: ReadonlyArray<string>): Reading => {
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
    const isFence = follow(fences, line)
    prose.push(wasInside || isFence ? "" : line)
    fenced.push(line)
  })
  return { prose, fenced }
}

/**
 * Brings the marks of the open fences, the outermost first, up to date with a line, and says whether it opens or closes
 * one.
 *
 * @category parsing
 * @since 0.1.0
 */
export const follow = (open: Array<string>, line: string): boolean => {
  const mark = fence(line)
  if (mark === undefined) return false
  const outer = open.at(-1)
  const info = trim(line.slice(line.indexOf(mark) + mark.length))
  if (mark.startsWith("`") && info.includes("`")) return false
  if (outer === undefined) open.push(mark)
  else if (mark[0] === outer[0] && mark.length >= outer.length) {
    if (info === "") open.pop()
    else open.push(mark)
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
