/**
 * Pieces of markdown that hold text from outside.
 *
 * @since 0.1.0
 */
import { relative } from "./relative.ts"

/** Text in one line, for a heading or a cell. */
export const oneLine = (text: string): string =>
  text.split(/[\n\r\u0085\u2028\u2029]+/).map((line) => line.trim()).join(" ")

/** A table; a pipe in a cell does not break it, and one that is escaped already stays so. */
export const table = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.map(cell).join(" | ")} |`).join("\n")

const cell = (text: string): string => oneLine(text).replace(/\\[^]|\|/g, (found) => found === "|" ? "\\|" : found)

/** Code inside a line. */
export const code = (text: string): string => `\`${text}\``

/** Commands in lines of their own. */
export const commands = (lines: ReadonlyArray<string>): string => `\`\`\`bash\n${lines.join("\n")}\n\`\`\``

export const bulleted = (lines: ReadonlyArray<string>): string => lines.map((line) => `- ${line}`).join("\n")

export const numbered = (lines: ReadonlyArray<string>): string =>
  lines.map((line, index) => `${index + 1}. ${line}`).join("\n")

/** Parts with an empty line between them. */
export const document = (parts: ReadonlyArray<string>): string => `${parts.join("\n\n")}\n`

/** A link to a file, from a document in a folder. */
export const link = (text: string, from: string, to: string): string => {
  const target = relative(from, to).split("/").map(encodeURIComponent).join("/").replace(
    /[()]/g,
    (parenthesis) => parenthesis === "(" ? "%28" : "%29"
  )
  return `[${oneLine(text).replace(/[[\]\\]/g, "\\$&")}](${target})`
}
