/**
 * What a command that runs a program prints: with `--json` one document, in every outcome; with `--progress json` a line
 * for each thing that happens.
 *
 * @since 0.1.0
 */
import { Option, Schema } from "effect"
import { RunEvent } from "../pipeline/RunEvent.ts"
import type { Summary } from "../pipeline/Summary.ts"
import { Report } from "../pipeline/Validation.ts"

const named = {
  schema: Schema.Literal("cairn.result/1"),
  /** Null where there is none: nothing was begun, or it only pretended. */
  run: Schema.NullOr(Schema.String).annotations({ description: "The id of the run, where there is one" }),
  program: Schema.NullOr(Schema.String).annotations({
    description: "The name of the program or the command, where one was meant"
  })
}

/** What came of a program that is a validation chain. */
const checked = {
  report: Schema.optionalWith(Report, { exact: true }).annotations({
    description: "Where the program is a validation chain: what passed, what failed, what was skipped and why"
  })
}

/** A question, and both ways to answer it. */
const Request = Schema.Struct({
  id: Schema.String,
  step: Schema.String.annotations({ description: "The path of the step that asks" }),
  ask: Schema.Literal("agent", "user"),
  file: Schema.String.annotations({ description: "The file that holds the whole request" }),
  answer: Schema.Struct({
    command: Schema.String.annotations({ description: "Takes the answer on stdin" }),
    file: Schema.String.annotations({ description: "Or write the answer to this file, and resume" })
  })
})

const Done = Schema.Struct({
  ...named,
  status: Schema.Literal("done"),
  program: Schema.String,
  ...checked,
  output: Schema.Unknown.annotations({ description: "What the program gives: its own schema says" })
})

const Failed = Schema.Struct({
  ...named,
  status: Schema.Literal("failed"),
  error: Schema.Struct({
    tag: Schema.String.annotations({ description: "The name of the failure, for programs to branch on" }),
    message: Schema.String,
    fix: Schema.String.annotations({ description: "What to do next" }),
    details: Schema.Unknown.annotations({ description: "The fields of the failure" })
  }),
  ...checked
})

const Waiting = Schema.Struct({
  ...named,
  status: Schema.Literal("waiting"),
  run: Schema.String,
  requests: Schema.NonEmptyArray(Request),
  next: Schema.String.annotations({ description: "The command that the run goes on with" })
})

const Interrupted = Schema.Struct({
  ...named,
  status: Schema.Literal("interrupted"),
  next: Schema.optionalWith(Schema.String, { exact: true }).annotations({
    description: "The command that the run goes on with, where there is a run"
  })
})

/**
 * The result of a command; `status` is that of the command.
 *
 * @category models
 * @since 0.1.0
 */
export const Result = Schema.Union(Done, Failed, Waiting, Interrupted).annotations({
  identifier: "Result",
  description: "What a command prints with --json"
})
export type Result = typeof Result.Type

/**
 * The report of a program that is a validation chain, as a document holds it.
 *
 * @category accessors
 * @since 0.1.0
 */
export const reportOf = ({ report }: Summary): { readonly report?: Report } =>
  Option.match(report, { onNone: () => ({}), onSome: (report) => ({ report }) })

/**
 * A line of `--progress json`: one that says what follows, events, what is logged beside them, and the result.
 *
 * @category models
 * @since 0.1.0
 */
export const Line = Schema.Union(
  Schema.Struct({ schema: Schema.Literal("cairn.events/1"), command: Schema.String }),
  ...RunEvent.members,
  Schema.TaggedStruct("Logged", {
    at: Schema.Number,
    level: Schema.String,
    message: Schema.String,
    cause: Schema.optionalWith(Schema.String, { exact: true })
  }),
  Schema.TaggedStruct("Result", { result: Schema.Unknown })
)
