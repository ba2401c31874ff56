/**
 * What people are told about an agent: before content is written for it, and afterwards.
 *
 * @since 0.1.0
 */
import { isUnchanged, type PlacedFile } from "../../layers/Workspace.ts"
import type { Announcement } from "../../pipeline/RunEvent.ts"
import type { Warning } from "../review/Draft.ts"
import { plural } from "../tasks/Subtask.ts"
import type { Enhanced, Source, Templates } from "./steps.ts"

/**
 * What was found of an agent.
 *
 * @category rendering
 * @since 0.1.0
 */
export const found = (
  { file, name, set }: Source,
  { all, related }: typeof Templates.Type,
  strategy: string
): Announcement => ({
  title: "Found",
  rows: [
    ["Agent", name],
    ["File", file],
    ["Strategy", strategy],
    ["Templates", `${all.length}, ${related.length} of them related by name`],
    ["Kind", set]
  ]
})

/**
 * What became of an agent's files, or would.
 *
 * @category rendering
 * @since 0.1.0
 */
export const enhanced = (
  { coreFile, diff, examples, extendedFile, problems, sections, templates }: Enhanced,
  files: ReadonlyArray<PlacedFile>,
  { bringsMetadata, split, strategy, warnings }: {
    readonly strategy: string
    /** Whether the content could bring what the agent is found by. */
    readonly bringsMetadata: boolean
    readonly split: boolean
    readonly warnings: ReadonlyArray<Warning>
  }
): Announcement => {
  const notes = warnings.map(({ message, where }) =>
    ["Note", where === undefined ? message : `${where}: ${message}`] as const
  )
  if (files.some(({ diff }) => diff !== undefined)) {
    return {
      title: "A dry run: nothing was written. It would change this:",
      rows: notes,
      lines: diff.trimEnd().split("\n")
    }
  }
  return {
    title: isUnchanged({ files }) ? `Nothing to do: ${coreFile} is as it should be` : "Enhanced",
    rows: [
      ["File", coreFile],
      ["Strategy", strategy],
      ["Sections", `${sections.length}: ${sections.join(", ")}`],
      ["Templates", `${templates.length} referenced`],
      ["Examples", `${plural(examples, "block")} of code`],
      ["Split", split ? extendedFile === null ? "nothing to put aside" : `${coreFile}, ${extendedFile}` : "off"],
      ...notes,
      ...(problems.length === 0
        ? [["Metadata", "valid"] as const]
        : problems.map((problem) => ["Metadata", problem] as const))
    ],
    ...(problems.length === 0 || bringsMetadata
      ? {}
      : { next: ["Fill in the metadata, or let an agent do it: repeat the command with a --strategy that asks one"] })
  }
}
