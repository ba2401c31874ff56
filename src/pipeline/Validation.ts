/**
 * Checks of one value, in order: a chain stops at the first error, `all` collects every one. A validation is a value:
 * it can be applied by itself, put into another validation, or be a gate in a pipeline.
 *
 * @since 0.1.0
 */
import { Array, Effect, Option, Schema } from "effect"

/**
 * Something that a check found. An error fails the validation, a warning is only reported.
 *
 * @category models
 * @since 0.1.0
 */
export const Issue = Schema.Struct({
  severity: Schema.Literal("error", "warning"),
  /** A stable name for this kind of issue: `missing-title`. */
  code: Schema.String,
  /** Where in the value it is. */
  path: Schema.optional(Schema.String),
  message: Schema.String,
  /** What to do about it. */
  hint: Schema.optional(Schema.String)
})
export type Issue = typeof Issue.Type

/**
 * What came of each check of a validation.
 *
 * @category models
 * @since 0.1.0
 */
export const Report = Schema.Struct({
  /** The names of the checks without an error. */
  passed: Schema.Array(Schema.String),
  /** The names of the checks that found one; none, where the validation succeeded. */
  failed: Schema.Array(Schema.String),
  warnings: Schema.Array(Issue),
  /** The checks that were not made, and why. */
  skipped: Schema.Array(Schema.Struct({ check: Schema.String, reason: Schema.String }))
})
export type Report = typeof Report.Type

/**
 * At least one check found an error.
 *
 * @category errors
 * @since 0.1.0
 */
export class ValidationFailed extends Schema.TaggedError<ValidationFailed>()("ValidationFailed", {
  issues: Schema.NonEmptyArray(Issue),
  report: Report
}) {
  override get message(): string {
    return this.issues.map(({ message, path }) => (path === undefined ? message : `${path}: ${message}`)).join("\n")
  }
  get fix(): string {
    return fixOf(this.issues)
  }
}

const fixOf = (issues: ReadonlyArray<Issue>): string => {
  const hints = Array.dedupe(Array.filterMap(issues, ({ hint }) => Option.fromNullable(hint)))
  return hints.join(" ").trim() || "Correct what is named, then repeat the command."
}

/**
 * A check found errors: how a single check of a pipeline fails, before the validation puts all of them together.
 *
 * @category errors
 * @since 0.1.0
 */
export class CheckFailed extends Schema.TaggedError<CheckFailed>()("CheckFailed", {
  check: Schema.String,
  issues: Schema.Array(Issue)
}) {
  override get message(): string {
    return this.issues.map(({ message }) => message).join("\n").trim() || `The check "${this.check}" found an error`
  }
  get fix(): string {
    return fixOf(this.issues)
  }
}

/**
 * A named check of a value of type `A`, which may need `R`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Check<in A, out R = never> {
  readonly _tag: "Check"
  readonly name: string
  readonly find: (value: A) => Effect.Effect<ReadonlyArray<Issue>, never, R>
}

/**
 * Checks of a value of type `A`, in their order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Validation<in A, out R = never> {
  readonly _tag: "Validation"
  /** Whether it stops at the first check that finds an error. */
  readonly stopsEarly: boolean
  readonly members: ReadonlyArray<Check<A, R> | Validation<A, R>>
}

/**
 * Names a check. It returns the issues it finds: none, where all is well.
 *
 * @category constructors
 * @since 0.1.0
 */
export const check = <A, R = never>(
  name: string,
  find: (value: A) => ReadonlyArray<Issue> | Effect.Effect<ReadonlyArray<Issue>, never, R>
): Check<A, R> => ({
  _tag: "Check",
  name,
  find: (value) =>
    Effect.suspend(() => {
      const found = find(value)
      return Effect.isEffect(found) ? found : Effect.succeed(found)
    })
})

/**
 * Makes the checks one after the other and stops at the first error: for checks of which each needs the one before.
 *
 * @category constructors
 * @since 0.1.0
 */
export const chain: Together = <A, R>(...members: ReadonlyArray<Check<A, R> | Validation<A, R>>): Validation<A, R> => ({
  _tag: "Validation",
  stopsEarly: true,
  members
})

/**
 * Makes every check, whatever the others find, and reports all errors together.
 *
 * @category constructors
 * @since 0.1.0
 */
export const all: Together = <A, R>(...members: ReadonlyArray<Check<A, R> | Validation<A, R>>): Validation<A, R> => ({
  _tag: "Validation",
  stopsEarly: false,
  members
})

/** Puts checks together: of one value, or each of what it looks at in it, with all that they need. */
interface Together {
  <A, R = never>(...members: ReadonlyArray<Check<A, R> | Validation<A, R>>): Validation<A, R>
  <const M extends ReadonlyArray<AnyMember>>(...members: M): Validation<ValueOf<M[number]>, NeedOf<M[number]>>
}

type AnyMember = Check<never, unknown> | Validation<never, unknown>
type NeedOf<M> = M extends Check<never, infer R> | Validation<never, infer R> ? R : never
/** What is a value for every member. */
type ValueOf<M> =
  (M extends Check<infer A, unknown> | Validation<infer A, unknown> ? (value: A) => void : never) extends
    (value: infer A) => void ? A : never

/**
 * Checks a part of a value: what is found is placed at that part's path. A part that is not there has no issues.
 *
 * @example
 * ```ts
 * import { Option } from "effect"
 * import { Validation } from "effect-cairn"
 *
 * const title = Validation.chain(
 *   Validation.check("length", (title: string) => title.length > 80 ? [Validation.error("title-long", "is too long")] : [])
 * )
 *
 * export const report = Validation.at("/title", (report: { readonly title?: string }) => Option.fromNullable(report.title), title)
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const at = <B, A, R>(
  path: string,
  part: (value: B) => Option.Option<A>,
  self: Validation<A, R>
): Validation<B, R> => ({
  ...self,
  members: self.members.map((member) =>
    member._tag === "Validation"
      ? at(path, part, member)
      : check(member.name, (value: B) =>
        Option.match(part(value), {
          onNone: () => Effect.succeed([]),
          onSome: (value) =>
            Effect.map(
              member.find(value),
              Array.map((issue): Issue => ({ ...issue, path: `${path}${issue.path ?? ""}` }))
            )
        }))
  )
})

/**
 * An issue that fails the validation.
 *
 * @category constructors
 * @since 0.1.0
 */
export const error = (
  code: string,
  message: string,
  more?: { readonly path?: string; readonly hint?: string }
): Issue => ({
  severity: "error",
  code,
  message,
  ...more
})

/**
 * An issue that is only reported.
 *
 * @category constructors
 * @since 0.1.0
 */
export const warning = (
  code: string,
  message: string,
  more?: { readonly path?: string; readonly hint?: string }
): Issue => ({
  severity: "warning",
  code,
  message,
  ...more
})

/**
 * Applies a validation to a value.
 *
 * @category running
 * @since 0.1.0
 */
export const validate = <A, R>(
  self: Validation<A, R>,
  value: A
): Effect.Effect<Report, ValidationFailed, R> => runWith(self, (check) => check.find(value))

/**
 * The checks of a validation, in the order in which they are made.
 *
 * @category accessors
 * @since 0.1.0
 */
export const checks = <A, R>(self: Validation<A, R>): ReadonlyArray<Check<A, R>> =>
  self.members.flatMap((member) => (member._tag === "Check" ? [member] : checks(member)))

/**
 * Applies a validation, with each check made by `make`: how a run records them one by one.
 *
 * @category running
 * @since 0.1.0
 */
export const runWith = <A, R, E, R2>(
  self: Validation<A, R>,
  make: (check: Check<A, R>) => Effect.Effect<ReadonlyArray<Issue>, E, R2>
): Effect.Effect<Report, E | ValidationFailed, R2> =>
  Effect.gen(function*() {
    const passed: Array<string> = []
    const failed: Array<string> = []
    const issues: Array<Issue> = []
    const skipped: Array<{ readonly check: string; readonly reason: string }> = []

    const walk = (validation: Validation<A, R>): Effect.Effect<boolean, E, R2> =>
      Effect.gen(function*() {
        let failedAt: string | undefined
        for (const member of validation.members) {
          if (failedAt !== undefined && validation.stopsEarly) {
            const names = member._tag === "Check" ? [member.name] : checks(member).map(({ name }) => name)
            skipped.push(...names.map((check) => ({ check, reason: `"${failedAt}" found an error` })))
            continue
          }
          if (member._tag === "Validation") {
            if (!(yield* walk(member))) failedAt ??= checks(member).map(({ name }) => name).join(", ")
            continue
          }
          const found = yield* make(member)
          issues.push(...found)
          if (!found.some(({ severity }) => severity === "error")) passed.push(member.name)
          else {
            failed.push(member.name)
            failedAt ??= member.name
          }
        }
        return failedAt === undefined
      })

    yield* walk(self)
    const report = { passed, failed, warnings: issues.filter(({ severity }) => severity === "warning"), skipped }
    const errors = issues.filter(({ severity }) => severity === "error")
    return Array.isNonEmptyArray(errors) ? yield* new ValidationFailed({ issues: errors, report }) : report
  })
