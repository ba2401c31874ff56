/**
 * Which tasks can be done side by side: no two of a wave share a file, and each comes after what it depends on.
 *
 * @since 0.1.0
 */
import { Either } from "effect"
import { DependencyCycle, DependencyUnknown } from "../review/errors.ts"

/** @category models */
export interface Task {
  readonly id: string
  readonly files: ReadonlyArray<string>
  readonly dependencies: ReadonlyArray<string>
}

/** Tasks with most files first: the order of everything that is written. */
export const emissionOrder = <T extends Task>(tasks: ReadonlyArray<T>): ReadonlyArray<T> =>
  tasks.toSorted((a, b) => b.files.length - a.files.length)

/**
 * The waves, each in the given order. With `sequential` every task has a wave of its own. `report` is where the tasks
 * come from, for messages.
 *
 * A task that conflicts skips straight to the next wave that its files leave free, so that many tasks on one file cost
 * no more than many tasks.
 *
 * @category constructors
 * @since 0.1.0
 */
export const waves = <T extends Task>(
  order: ReadonlyArray<T>,
  { report, sequential }: { readonly sequential: boolean; readonly report: string }
): Either.Either<ReadonlyArray<ReadonlyArray<T>>, DependencyUnknown | DependencyCycle> => {
  const byId = new Map(order.map((task) => [task.id, task]))
  for (const { dependencies, id } of order) {
    const dependency = dependencies.find((dependency) => !byId.has(dependency))
    if (dependency !== undefined) return Either.left(new DependencyUnknown({ report, id, dependency }))
  }
  const filesOf = (task: T) => sequential ? [""] : [...new Set(task.files.map(comparable))]
  const used: Used = new Map()
  const found: Array<Array<T>> = []
  if (order.every(({ dependencies }) => dependencies.length === 0)) {
    for (const task of order) {
      const files = filesOf(task)
      const wave = firstFree(used, files, 0)
      use(used, files, wave)
      const tasks = found[wave]
      if (tasks === undefined) found[wave] = [task]
      else tasks.push(task)
    }
    return Either.right(found)
  }

  const place = new Map(order.map(({ id }, index) => [id, index]))
  const waiting = new Map(order.map(({ dependencies, id }) => [id, new Set(dependencies).size]))
  const dependents = new Map<string, Array<T>>()
  for (const task of order) {
    for (const dependency of new Set(task.dependencies)) {
      const others = dependents.get(dependency)
      if (others === undefined) dependents.set(dependency, [task])
      else others.push(task)
    }
  }
  let assigned = 0
  const due = new Map<number, Array<T>>([[0, order.filter(({ id }) => waiting.get(id) === 0)]])

  for (let wave = 0; assigned < order.length; wave++) {
    const candidates = (due.get(wave) ?? []).sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0))
    due.delete(wave)
    const taken: Array<T> = []
    for (const task of candidates) {
      const files = filesOf(task)
      const next = firstFree(used, files, wave)
      if (next > wave) {
        push(due, next, task)
        continue
      }
      use(used, files, wave)
      taken.push(task)
    }
    for (const { id } of taken) {
      for (const task of dependents.get(id) ?? []) {
        const left = (waiting.get(task.id) ?? 0) - 1
        waiting.set(task.id, left)
        if (left === 0) push(due, wave + 1, task)
      }
    }
    assigned += taken.length
    if (taken.length > 0) found.push(taken)
    else if (due.size === 0) return Either.left(new DependencyCycle({ report, cycle: cycleOf(byId, waiting) }))
  }
  return Either.right(found)
}

/**
 * The workspaces of the tasks that others work beside, by id.
 *
 * @category constructors
 * @since 0.1.0
 */
export const workspaces = (
  waves: ReadonlyArray<ReadonlyArray<string>>,
  slug: string
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    waves.flatMap((wave, index) =>
      wave.length < 2 ? [] : wave.map((id, at) => [id, `${slug}-wave${index + 1}-${at + 1}`] as const)
    )
  )

/** `./a\b` and `a/b` are the same file. */
const comparable = (file: string): string => file.replaceAll("\\", "/").replace(/^(\.\/)+/, "")

const push = <T>(due: Map<number, Array<T>>, wave: number, task: T) => {
  const tasks = due.get(wave)
  if (tasks === undefined) due.set(wave, [task])
  else tasks.push(task)
}

/** For each file, the waves that it is used in, each with a later one to look at next. */
type Used = Map<string, Map<number, number>>

const use = (used: Used, files: ReadonlyArray<string>, wave: number) => {
  for (const file of files) {
    const waves = used.get(file)
    if (waves === undefined) used.set(file, new Map([[wave, wave + 1]]))
    else waves.set(wave, wave + 1)
  }
}

/** The first wave, from one on, that none of the files is used in. */
const firstFree = (used: Used, files: ReadonlyArray<string>, from: number): number => {
  let wave = from
  for (let settled = false; !settled;) {
    settled = true
    for (const file of files) {
      const waves = used.get(file)
      if (waves === undefined) continue
      let free = wave
      for (let next = waves.get(free); next !== undefined; next = waves.get(free)) free = next
      // What was walked once is skipped the next time.
      for (let step = wave; step < free;) {
        const next = waves.get(step) ?? free
        waves.set(step, free)
        step = next
      }
      if (free > wave) {
        wave = free
        settled = false
      }
    }
  }
  return wave
}

const cycleOf = (tasks: ReadonlyMap<string, Task>, waiting: ReadonlyMap<string, number>): ReadonlyArray<string> => {
  const isOpen = (id: string) => (waiting.get(id) ?? 0) > 0
  const path: Array<string> = []
  const seen = new Map<string, number>()
  let id = [...tasks.keys()].find(isOpen)
  while (id !== undefined && !seen.has(id)) {
    seen.set(id, path.length)
    path.push(id)
    id = tasks.get(id)?.dependencies.find(isOpen)
  }
  return id === undefined ? path : [...path.slice(seen.get(id)), id]
}
