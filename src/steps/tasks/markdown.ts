/**
 * Pieces of markdown that hold text from outside.
 *
 * @since 0.1.0
 */
import { relative } from "./relative.ts"

/** A table; a pipe in a cell does not break it. */
export const table = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [header, header.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ")).join(" | ")} |`)
    .join("\n")

/** Code inside a line, whatever backticks it holds. */
export const code = (text: string): string => {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = "`".repeat(longest + 1)
  return longest === 0 ? `\`${text}\`` : `${fence} ${text} ${fence}`
}

/** Code in lines of its own. */
export const block = (text: string): string => `\`\`\`bash\n${text}\n\`\`\``

/** Parts with an empty line between them. */
export const document = (...parts: ReadonlyArray<string>): string => `${parts.join("\n\n")}\n`

/** A link to a file, from a document in a folder. */
export const link = (text: string, from: string, to: string): string =>
  `[${text.replace(/[[\]\\]/g, "\\$&")}](${relative(from, to).split("/").map(encodeURIComponent).join("/")})`
