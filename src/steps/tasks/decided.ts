/**
 * Puts together what the stages decided about each recommendation.
 *
 * @since 0.1.0
 */
import type { Draft } from "../review/Draft.ts"
import { assess, type Assessment } from "./assessment.ts"
import * as Subtask from "./Subtask.ts"

/** The workspaces of the tasks that others work beside, by id. */
export const workspaces = (
  waves: ReadonlyArray<ReadonlyArray<string>>,
  slug: string
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    waves.flatMap((wave, index) =>
      wave.length < 2 ? [] : wave.map((id, at) => [id, `${slug}-wave${index + 1}-${at + 1}`] as const)
    )
  )

/** The tasks in the order of the report. */
export const decided = (
  drafts: ReadonlyArray<Draft>,
  waves: ReadonlyArray<ReadonlyArray<string>>,
  slug: string,
  given: {
    readonly assessments?: ReadonlyArray<Assessment>
    readonly workspaces?: Readonly<Record<string, string>>
  } = {}
): ReadonlyArray<Subtask.Subtask> => {
  const places = given.workspaces ?? workspaces(waves, slug)
  const groups = new Map(waves.flatMap((wave, index) => wave.map((id) => [id, index + 1] as const)))
  return drafts.map((draft, index) => ({
    ...draft,
    ...(given.assessments?.[index] ?? assess(draft)),
    parallelGroup: groups.get(draft.id) ?? null,
    conductorWorkspace: places[draft.id] ?? null,
    fileName: Subtask.fileName(draft),
    estimatedLoc: Subtask.estimatedLoc(draft.complexity, draft.files.length),
    estimatedDuration: Subtask.estimatedDuration(draft.complexity)
  }))
}
