// @effect-diagnostics anyUnknownInErrorContext:off -- a command line takes programs that fail with anything
/**
 * `fork`: a new run that begins with what another one has come to.
 *
 * @since 0.1.0
 */
import { Effect, Option, type Schema } from "effect"
import * as Written from "../../layers/Workspace/Written.ts"
import * as Field from "../../pipeline/Field.ts"
import * as Run from "../../pipeline/Run.ts"
import { RecordedInputInvalid } from "../../pipeline/RunError.ts"
import type { App, Outcome } from "../App.ts"
import * as handOff from "../handOff.ts"
import * as known from "../known.ts"
import * as Spec from "../Spec.ts"
import { InputInvalid } from "../UsageError.ts"
import * as values from "../values.ts"
import * as program from "./program.ts"
import * as resume from "./resume.ts"
import * as runs from "./runs.ts"

/** @category constants */
export const spec: Spec.Spec = {
  name: "fork",
  description: "Makes a run that begins with what another one has come to, which stays as it is.",
  args: [{ ...Spec.aRun, required: true }],
  flags: [
    { ...resume.fromFlag, description: "Leave out what this step gave, and all that follow it" },
    {
      name: "input",
      kind: "value",
      meta: "FILE",
      description: "Fields of the input that are to be others, as JSON; - is stdin",
      group: "Options"
    },
    ...Spec.everywhere
  ],
  examples: [{ command: "fork @last --from waves" }, { command: "fork implement-1a2b3c4d-1 --input other.json" }]
}

/** @category running */
export const run = Effect.fnUntraced(function*(app: App) {
  const { called, home, io, parsed } = app
  const [name = "@last"] = parsed.args
  const source = yield* Run.info(yield* Run.find(name))
  const { program: { input: schema, pipeline }, started } = yield* resume.begun(app, source)
  const file = parsed.values.get("input")?.[0]
  const record = file === undefined
    ? started.input
    : values.withPaths(schema, { ...left(schema, started.input), ...(yield* program.readInput(app, file)) }, io.cwd)
  const input = yield* Effect.mapError(
    values.decoded(schema, record, { fix: "", isStrict: file !== undefined }),
    ({ reason }) =>
      file === undefined
        ? new RecordedInputInvalid({ run: source.id, program: source.program, issues: reason })
        : new InputInvalid({ where: handOff.nameOf(file), reason })
  )
  const id = yield* Run.fork(pipeline(input as never), source.id, { ...resume.from(app), input: input as never })
  // A fork without it only does once more what it had not to.
  yield* Effect.ignore(Written.copy(Written.folder(app.home.runs), { from: source.id, to: id }))
  const fork = yield* Run.info(id)
  const shown = yield* runs.toJson(app, fork)
  const next = known.nextOf(app, fork)
  return {
    json: { schema: "cairn.fork/1", ...shown },
    text:
      `${id} is a fork of ${source.id}: ${shown.done} of ${shown.of} steps are done\n\nWhat it would do: ${called} plan ${id}${home.option}\n${
        Option.match(next, { onNone: () => "", onSome: (command) => `Go on: ${command}\n` })
      }`
  } satisfies Outcome
})

/** What is recorded of an input, without the fields that it does not have any more. */
const left = (schema: Schema.Schema.AnyNoContext, json: unknown): object => {
  const names = new Set(Field.of(schema).map(({ name }) => name))
  return Object.fromEntries(
    Object.entries(typeof json === "object" && json !== null ? json : {}).filter(([name]) => names.has(name))
  )
}
