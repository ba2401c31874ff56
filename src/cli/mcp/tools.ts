// @effect-diagnostics anyUnknownInErrorContext:off -- a command line takes programs that fail with anything
/**
 * The tools that a client of MCP has: the commands of the command line, in the form of its programs.
 *
 * @since 0.1.0
 */
import { Effect, Option, Schema } from "effect"
import { problems } from "../../pipeline/Codec.ts"
import * as Field from "../../pipeline/Field.ts"
import type { Journal } from "../../pipeline/Journal.ts"
import * as jsonSchema from "../../pipeline/jsonSchema.ts"
import * as Plan from "../../pipeline/Plan.ts"
import { Given } from "../../pipeline/Question.ts"
import * as Run from "../../pipeline/Run.ts"
import * as RunState from "../../pipeline/RunState.ts"
import type { AnyProgram, Loaded, Outcome } from "../App.ts"
import * as programCommand from "../commands/program.ts"
import * as resumeCommand from "../commands/resume.ts"
import * as runsCommand from "../commands/runs.ts"
import * as handOff from "../handOff.ts"
import { UsageError } from "../UsageError.ts"
import * as words from "./words.ts"

/**
 * What a tool does when it is called: it looks at something, or has a run go on, which may take a while.
 *
 * @category models
 * @since 0.1.0
 */
export interface Tool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputSchema: unknown
  readonly hints: {
    readonly readOnlyHint: boolean
    readonly destructiveHint: boolean
    readonly idempotentHint: boolean
    readonly openWorldHint: boolean
  }
  readonly runs: boolean
  readonly call: (app: Loaded, given: unknown) => Effect.Effect<Outcome, unknown, Journal>
}

/** @category constructors */
export const make = (app: Loaded): ReadonlyArray<Tool> => {
  const programs = app.programs.filter(({ hidden }) => !hidden)
  const names = programs.map(({ name }) => name)
  const writes = programs.some(({ fixed }) =>
    Option.match(fixed, { onNone: () => true, onSome: (pipeline) => Plan.of(pipeline).nodes.some(anyWrites) })
  )
  const looking = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }
  const running = { readOnlyHint: false, destructiveHint: writes, idempotentHint: false, openWorldHint: true }
  const run = Schema.String.annotations({ description: "The id of the run, the beginning of it, or @last" })

  const Start = Schema.Struct({
    program: Schema.Literal(...(names as [string, ...Array<string>])),
    input: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
    settings: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
    new: Schema.optional(Schema.Boolean)
  })
  const OfRun = Schema.Struct({ run })
  const Answer = Schema.Struct({
    run,
    request: Schema.optional(Schema.String.annotations({
      description: "The id of the question, or its step; not needed where only one is open"
    })),
    answer: Schema.Unknown.annotations({ description: "The answer: JSON that fits the answerSchema of the question" })
  })

  const toolOf = <A, I>(
    name: string,
    title: string,
    description: string,
    schema: Schema.Schema<A, I>,
    options: {
      readonly runs: boolean
      readonly inputSchema?: unknown
      readonly call: (app: Loaded, given: A) => Effect.Effect<Outcome, unknown, Journal>
    }
  ): Tool => ({
    name,
    title,
    description,
    hints: options.runs ? running : looking,
    runs: options.runs,
    inputSchema: options.inputSchema ?? objectSchema(schema),
    call: (app, given) => Effect.flatMap(argumentsOf(name, schema, given), (given) => options.call(app, given))
  })

  return [
    toolOf(
      "run_start",
      "Start a program",
      `Starts a program, or goes on with the run that this input has, and says how it stands. ${
        programs.map(({ description, name }) => `${name}: ${description}`).join(" ")
      } While status is "running", call run_status. When it is "waiting", answer each of the requests with run_answer: ` +
        `yourself where ask is "agent", and what the user says where it is "user". Where it is "failed", error says what to ` +
        `do. An option that a text names, such as --dry-run, is a field of input or settings here: dryRun.`,
      Start,
      {
        runs: true,
        inputSchema: startSchema(programs),
        call: (app, { input, new: anew = false, program: name, settings = {} }) => {
          const program = programs.find((program) => program.name === name)
          if (program === undefined) {
            return new UsageError({ reason: `There is no program "${name}".`, fix: `There are: ${names.join(", ")}` })
          }
          const secret = secretsOf(program).find((place) => isGiven(settings, place))
          return secret === undefined
            ? programCommand.start(
              { ...app, parsed: { ...app.parsed, switches: new Map([["new", anew]]) } },
              program,
              { input, settings }
            )
            : new UsageError({
              reason: `The setting "${
                secret.join("/")
              }" is a secret, and is read from the environment of this server only.`,
              fix: "Leave it out."
            })
        }
      }
    ),
    toolOf(
      "run_status",
      "Look at a run",
      "Says how a run stands: running, waiting (with its questions), failed, interrupted, stopped or done.",
      OfRun,
      {
        runs: false,
        call: (app, { run }) => Effect.map(Effect.flatMap(infoOf(run), (info) => statusOf(app, info)), outcome)
      }
    ),
    toolOf(
      "run_answer",
      "Answer a question",
      "Answers a question that a run waits for, and goes on with the run. A refused answer is an error that names all that " +
        "is wrong; the question stays open, so correct the answer and call again.",
      Answer,
      {
        runs: true,
        call: (app, { answer, request, run }) =>
          Effect.gen(function*() {
            const info = yield* infoOf(run)
            const id = yield* resumeCommand.requestOf(app, info, request)
            // As a text it is read like any other answer.
            return yield* resumeCommand.goOn(app, info, new Map([[id, Given.Text({ text: JSON.stringify(answer) })]]))
          })
      }
    ),
    toolOf("run_list", "List the runs", "Lists the runs, the one that changed last first.", Schema.Struct({}), {
      runs: false,
      call: (app) =>
        Effect.map(runsCommand.run(app), ({ json }) =>
          outcome({
            ...json,
            runs: json.runs.map((one) => ({
              ...one,
              next: { tool: one.status === "done" ? "run_output" : "run_status", arguments: { run: one.run } }
            }))
          }))
    }),
    toolOf("run_output", "Read a result", "Gives what a run that is done has come to.", OfRun, {
      runs: false,
      call: (_, { run }) =>
        Effect.gen(function*() {
          const info = yield* infoOf(run)
          const events = yield* Run.events(info.id)
          const ended = events.findLast((event) => event._tag === "RunSucceeded")
          if (info.status !== "done" || ended === undefined) {
            return yield* new UsageError({
              reason: `Run "${info.id}" is not done: its status is "${info.status}".`,
              fix: "Call run_status to see what it needs."
            })
          }
          return outcome({
            schema: "cairn.result/1",
            run: info.id,
            program: info.program,
            status: "done",
            output: ended.output
          })
        })
    })
  ]
}

const outcome = (json: unknown): Outcome => ({ text: "", json })

const infoOf = (run: string) =>
  Run.find(run).pipe(
    Effect.flatMap(Run.info),
    Effect.tap(({ damage }) => Option.isSome(damage) ? damage.value : Effect.void)
  )

const statusOf = (app: Loaded, info: Run.Info) =>
  Effect.map(runsCommand.toJson(app, info), (json) => ({
    schema: "cairn.status/1",
    ...json,
    next: Option.getOrNull(words.nextOf(info)),
    requests: requestsOf(app, info),
    problem: Option.getOrNull(Option.map(info.state.problem, words.ofProblem(app)))
  }))

/**
 * The questions of a run, as they stand in their files but for how they are answered.
 *
 * @category accessors
 * @since 0.1.0
 */
export const requestsOf = (app: Loaded, info: Run.Info) =>
  RunState.openRequests(info.state).map((request) => ({
    ...handOff.toJson(app, info.id, request),
    answer: words.answering(info.id, request.id)
  }))

const anyWrites = (node: Plan.PlanNode): boolean => node.writes || node.inner.some(anyWrites)

/** What a tool was called with, or what is wrong with it in our words. */
const argumentsOf = <A, I>(name: string, schema: Schema.Schema<A, I>, given: unknown): Effect.Effect<A, UsageError> =>
  Effect.mapError(
    Schema.decodeUnknown(schema, { errors: "all", onExcessProperty: "error" })(given),
    (error) =>
      new UsageError({
        reason: `${name} cannot be called with these arguments:\n${problems(error).join("\n")}`,
        fix: `Call ${name} again with arguments that fit its inputSchema.`
      })
  )

/** Clients take an object with properties, nothing else. */
const objectSchema = (schema: Schema.Schema.AnyNoContext): unknown => {
  const { properties = {}, required = [] } = jsonSchema.make(schema)
  return { type: "object", properties, required, additionalProperties: false }
}

/** The inputs and settings of all programs, with what they refer to in one place. */
const startSchema = (programs: ReadonlyArray<AnyProgram>): unknown => {
  const { definitions, parts } = jsonSchema.parts([
    ...programs.map(({ input }) => input),
    ...programs.map(({ settings }) => settings)
  ])
  const oneOf = (
    parts: ReadonlyArray<object>,
    description: string,
    hidden: (program: AnyProgram) => ReadonlyArray<ReadonlyArray<string>>
  ) => {
    const all = programs.map((program, index) => ({
      ...fieldsOf(parts[index] ?? {}, hidden(program)),
      title: program.name
    }))
    return { ...(all.length === 1 ? all[0] : { anyOf: all }), description }
  }
  return {
    type: "object",
    properties: {
      program: { type: "string", enum: programs.map(({ name }) => name) },
      input: oneOf(parts.slice(0, programs.length), "What the run is about: the input of the program", () => []),
      settings: oneOf(parts.slice(programs.length), "How it is to run: the settings of the program", secretsOf),
      new: { type: "boolean", description: "Begin anew, although there is an unfinished run with this input" }
    },
    required: ["program", "input"],
    additionalProperties: false,
    ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions })
  }
}

/** Settings that nobody hands over in a call: they are read from the environment. */
const secretsOf = ({ settings }: AnyProgram): ReadonlyArray<ReadonlyArray<string>> =>
  Field.of(settings).filter(({ secret }) => secret).map(({ at }) => at)

const isGiven = (value: unknown, [key, ...rest]: ReadonlyArray<string>): boolean =>
  key === undefined
    ? value !== undefined
    : typeof value === "object" && value !== null && Object.hasOwn(value, key) && isGiven(Reflect.get(value, key), rest)

const fieldsOf = (schema: object, hidden: ReadonlyArray<ReadonlyArray<string>>): object => {
  const { anyOf, properties = {}, required = [], ...rest }: {
    readonly anyOf?: ReadonlyArray<object>
    readonly properties?: object
    readonly required?: unknown
  } = schema
  // A struct of nothing is any object or list to JSON Schema.
  const isNothing = anyOf?.some((one) => "type" in one && one.type === "array") === true
  if (anyOf !== undefined && !isNothing) return { ...schema, anyOf: anyOf.map((one) => fieldsOf(one, hidden)) }
  const isShown = (name: unknown) => !hidden.some(([other, ...inner]) => other === name && inner.length === 0)
  return {
    ...(isNothing ? { type: "object", additionalProperties: false } : rest),
    properties: Object.fromEntries(
      Object.entries(properties).filter(([name]) => isShown(name)).map(([name, value]) => {
        const inner = hidden.flatMap(([other, ...inner]) => other === name ? [inner] : [])
        return [name, inner.length === 0 ? value : fieldsOf(value, inner)]
      })
    ),
    required: Array.isArray(required) ? required.filter(isShown) : []
  }
}
