/**
 * Results that older versions of a step recorded, as this version would have them.
 *
 * @since 0.1.0
 */
import { Either, Option } from "effect"
import type { Execution } from "./RunState.ts"
import type { Definition } from "./Step.ts"

/**
 * What a record was made from, as far as a migration does not make up for it.
 *
 * @category accessors
 * @since 0.1.0
 */
export const asNow = (execution: Execution, step: Definition): Execution =>
  isMigrated(execution, step) ? { ...execution, version: step.version } : execution

/**
 * Whether a result goes through the migration of its step.
 *
 * @category guards
 * @since 0.1.0
 */
export const isMigrated = ({ version }: Pick<Execution, "version">, step: Definition): boolean =>
  version < step.version && Option.isSome(step.migrate)

/**
 * The result that a record of a version stands for, or what does not fit and where.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (step: Definition, version: number, json: unknown): Either.Either<unknown, string> =>
  version === step.version ? step.success.decode(json) : Option.match(step.migrate, {
    onNone: () => step.success.decode(json),
    onSome: (migrate) => Either.flatMap(guarded(() => migrate(json, version)), step.success.decode)
  })

const guarded = (migrate: () => Either.Either<unknown, string>): Either.Either<unknown, string> => {
  try {
    return migrate()
  } catch (cause) {
    return Either.left(`/: its migration threw: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}
