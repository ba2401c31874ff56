/**
 * The tasks as the stages together decided them.
 *
 * @since 0.1.0
 */
import type { Draft, Mode } from "../review/Draft.ts"
import type { Assessment } from "./assessment.ts"
import * as Subtask from "./Subtask.ts"

/**
 * What each stage decided, by the key that it has in a pipeline.
 *
 * @category models
 */
export interface Decisions {
  readonly subtasks: { readonly subtasks: ReadonlyArray<Draft> }
  /** In the order of the report. */
  readonly modes: ReadonlyArray<Assessment>
  readonly waves: {
    readonly emissionOrder: ReadonlyArray<string>
    readonly waves: ReadonlyArray<ReadonlyArray<string>>
  }
  readonly workspaces: Readonly<Record<string, string>>
}

/** @category models */
export interface Planned {
  /** In the order of the report. */
  readonly tasks: ReadonlyArray<Subtask.Subtask>
  /** In the order of everything that is written. */
  readonly inOrder: ReadonlyArray<Subtask.Subtask>
  readonly waves: ReadonlyArray<ReadonlyArray<Subtask.Subtask>>
  readonly modes: Readonly<Record<Mode, number>>
}

/**
 * Puts the decisions together.
 *
 * @category constructors
 * @since 0.1.0
 */
export const planned = ({ modes, subtasks, waves, workspaces }: Decisions): Planned => {
  const groups = new Map(waves.waves.flatMap((wave, index) => wave.map((id) => [id, index + 1] as const)))
  const tasks = subtasks.subtasks.flatMap((draft, index): ReadonlyArray<Subtask.Subtask> => {
    const assessment = modes[index]
    return assessment === undefined ? [] : [{
      ...draft,
      ...assessment,
      parallelGroup: groups.get(draft.id) ?? null,
      conductorWorkspace: workspaces[draft.id] ?? null,
      fileName: Subtask.fileName(draft),
      estimatedLoc: Subtask.estimatedLoc(draft.complexity, draft.files.length),
      estimatedDuration: Subtask.estimatedDuration(draft.complexity)
    }]
  })
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const named = (ids: ReadonlyArray<string>) => ids.flatMap((id) => byId.get(id) ?? [])
  const count = (mode: Mode) => tasks.filter(({ implementationMode }) => implementationMode === mode).length
  return {
    tasks,
    inOrder: named(waves.emissionOrder),
    waves: waves.waves.map(named),
    modes: { "task-work": count("task-work"), direct: count("direct"), manual: count("manual") }
  }
}
