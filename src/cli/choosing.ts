/**
 * The options by which a person says which runs are meant.
 *
 * @since 0.1.0
 */
import { type DateTime, Effect, Option } from "effect"
import type { Filter } from "../pipeline/History.ts"
import * as Run from "../pipeline/Run.ts"
import type { App } from "./App.ts"
import type { Flag } from "./Spec.ts"
import { suggest } from "./suggest.ts"
import { UsageError } from "./UsageError.ts"
import * as when from "./when.ts"

/** @category constants */
export const program: Flag = {
  name: "program",
  alias: "p",
  kind: "value",
  repeated: true,
  meta: "NAME",
  description: "Only runs of this program",
  group: "Options"
}

/** @category constants */
export const status: Flag = {
  name: "status",
  alias: "s",
  kind: "value",
  repeated: true,
  meta: "STATUS",
  choices: [...Run.statuses, "unfinished"],
  description: "Only runs in this state",
  group: "Options"
}

/** @category constants */
export const since: Flag = {
  name: "since",
  kind: "value",
  meta: "TIME",
  description: "Only runs that changed since then: 2h, 3d, 2w, or a date",
  group: "Options"
}

/** @category constants */
export const olderThan: Flag = {
  name: "older-than",
  kind: "value",
  meta: "TIME",
  description: "Only runs that last changed before then: 12h, 30d, or a date",
  group: "Options"
}

/** @category constants */
export const unfinished: Flag = {
  name: "unfinished",
  kind: "switch",
  description: "Also runs that could still go on: what they have finished is lost",
  group: "Options"
}

/** @category constants */
export const dryRun: Flag = {
  name: "dry-run",
  kind: "switch",
  description: "Only say what would be removed",
  group: "Options"
}

/**
 * What was said by these options.
 *
 * @category parsing
 * @since 0.1.0
 */
export const given = Effect.fnUntraced(function*({ parsed }: App, now: DateTime.Zoned) {
  const time = (flag: Flag) =>
    Effect.transposeMapOption(
      Option.fromNullable(parsed.values.get(flag.name)?.[0]),
      (text) =>
        Effect.mapError(when.past(text, now), () =>
          new UsageError({
            reason: `--${flag.name} cannot be ${JSON.stringify(text)}: it is a time, such as 30d, 12h or 2026-11-20.`,
            fix: `Give --${flag.name} 30d`
          }))
    )
  return {
    programs: parsed.values.get(program.name),
    statuses: parsed.values.get(status.name)?.flatMap((word) =>
      [...Run.statuses, "unfinished" as const].filter((status) => status === word)
    ),
    since: Option.getOrUndefined(yield* time(since)),
    before: Option.getOrUndefined(yield* time(olderThan))
  } satisfies Filter
})

/**
 * A whole number that an option gives, of at least `least`.
 *
 * @category parsing
 * @since 0.1.0
 */
export const count = ({ parsed }: App, name: string, least: number): Effect.Effect<Option.Option<number>, UsageError> =>
  Effect.transposeMapOption(
    Option.fromNullable(parsed.values.get(name)?.[0]),
    (text) =>
      /^\d{1,9}$/.test(text) && Number(text) >= least
        ? Effect.succeed(Number(text))
        : new UsageError({
          reason: `--${name} cannot be ${JSON.stringify(text)}: it is a whole number from ${least}.`,
          fix: `Give --${name} 10`
        })
  )

/**
 * Says of a program that is asked for, and that neither is here nor ever had a run, which one was probably meant.
 *
 * @category parsing
 * @since 0.1.0
 */
export const knownPrograms = (
  app: App,
  runs: ReadonlyArray<Run.Info>,
  { programs = [] }: Filter
): Effect.Effect<void, UsageError> => {
  const names = new Set([...app.programs.map(({ name }) => name), ...runs.map(({ program }) => program)])
  const stranger = programs.find((name) => !names.has(name))
  return stranger === undefined ? Effect.void : new UsageError({
    reason: `There is no program ${JSON.stringify(stranger)}, and no run of it.`,
    fix: Option.match(suggest(stranger, names), {
      onNone: () => `There are: ${[...names].join(", ")}`,
      onSome: (meant) => `Did you mean --program ${meant}?`
    })
  })
}
