/**
 * What the command line says of commands and options, said of tools and fields: whoever calls tools has no shell.
 *
 * @since 0.1.0
 */
import { Option } from "effect"
import * as Field from "../../pipeline/Field.ts"
import type * as Run from "../../pipeline/Run.ts"
import type * as RunEvent from "../../pipeline/RunEvent.ts"
import * as RunState from "../../pipeline/RunState.ts"
import type { Loaded } from "../App.ts"
import * as exitCode from "../exitCode.ts"
import type { Failure } from "../failure.ts"
import { optionName } from "../fields.ts"

/**
 * A tool to call next, and what to call it with; for an answer, beside the answer itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface Call {
  readonly tool: string
  readonly arguments: object
}

/**
 * The call that a run goes on with, or that shows what came of it; none where nothing can be done.
 *
 * @category accessors
 * @since 0.1.0
 */
export const nextOf = ({ id: run, program, state, status }: Run.Info): Option.Option<Call> => {
  if (status === "running") return Option.some({ tool: "run_status", arguments: { run } })
  if (status === "done") return Option.some({ tool: "run_output", arguments: { run } })
  const [request, ...others] = RunState.openRequests(state)
  if (request !== undefined) {
    return Option.some(
      others.length > 0 ? { tool: "run_answer", arguments: { run } } : answering(run, request.id)
    )
  }
  return Option.map(state.started, ({ input, settings }) => {
    const latest = Option.match(state.resumed, { onNone: () => settings, onSome: ({ settings }) => settings })
    return {
      tool: "run_start",
      arguments: { program, input, ...(typeof latest === "object" ? { settings: latest } : {}) }
    }
  })
}

/**
 * The call that answers a question.
 *
 * @category constructors
 * @since 0.1.0
 */
export const answering = (run: string, request: string): Call => ({ tool: "run_answer", arguments: { run, request } })

const tools: Readonly<Record<string, string>> = {
  answer: "run_answer",
  help: "run_start",
  resume: "run_start",
  show: "run_status",
  runs: "run_list"
}

/**
 * Says in tools and fields what a text says in commands and options.
 *
 * @category rendering
 * @since 0.1.0
 */
export const inTools = (app: Pick<Loaded, "called" | "name" | "programs">): (text: string) => string => {
  const fields = new Map(
    app.programs.flatMap(({ input, settings }) => [...Field.of(input), ...Field.of(settings)]).map(({ name }) =>
      [optionName(name), name] as const
    )
  ).set("new", "new")
  // What is recorded has the kernel's name for the command.
  const names = [app.called, app.name, "cairn"].map((name) => name.replaceAll(/[^\w\s]/g, "\\$&")).join("|")
  const command = new RegExp(`(?:${names}) ([a-z][a-z-]*)(?: (.*))?$`)
  const ofLine = (line: string): string =>
    line
      .replace(command, (whole, name: string, rest = "") =>
        toolOf(name, rest) ?? (isProgram(app, name) ? "run_start" : whole))
      .replace(/^(?:For example|All of it): run_start$/, "What run_start takes is in its inputSchema.")
      .replace("repeat the command with --break-lock", "let somebody go on with it in a shell, with --break-lock")
      .replace(/^export (\w+)=…$/, "Set $1 in the environment of this server.")
      .replaceAll(/\b([Rr])epeat (?:the|the same) command\b/g, (_, first: string) =>
        `${first === "R" ? "C" : "c"}all run_start again`)
      .replaceAll(/--([a-z][a-z-]*)/g, (option, name: string) => {
        const field = fields.get(name)
        return field === undefined ? option : `"${field}"`
      })
      .replaceAll(/<([a-z-]+)>/g, (argument, name: string) => {
        const field = fields.get(name)
        return field === undefined ? argument : `"${field}"`
      })
  return (text) => [...new Set(text.split("\n").map(ofLine))].join("\n")
}

/**
 * What a step failed with, in the same words.
 *
 * @category rendering
 * @since 0.1.0
 */
export const ofProblem =
  (app: Pick<Loaded, "called" | "name" | "programs">) => (problem: RunEvent.Problem): RunEvent.Problem =>
    problem._tag === "Failure" && problem.fix !== undefined ? { ...problem, fix: inTools(app)(problem.fix) } : problem

const toolOf = (command: string, rest: string): string | undefined => {
  const [, request] = /^\S+ ([^-\s]\S*) --file/.exec(rest) ?? []
  if (command === "answer" && request !== undefined) return `run_answer with "request": ${request}`
  // What is done again is done in a run of its own.
  return command === "resume" && rest.includes("--from ") ? "run_start with \"new\": true" : tools[command]
}

const isProgram = ({ programs }: Pick<Loaded, "programs">, name: string): boolean =>
  programs.some((program) => program.name === name)

/**
 * A failure as documents have it.
 *
 * @category models
 * @since 0.1.0
 */
export type Problem = Pick<Failure, "details" | "fix" | "message" | "tag">

/**
 * What a failure says of commands and options, said of tools and fields. Only what is wrong with a call speaks of options
 * in its message; others may quote what somebody else said.
 *
 * @category rendering
 * @since 0.1.0
 */
export const ofFailure = (
  app: Pick<Loaded, "called" | "name" | "programs">,
  { details, fix, message, tag }: Problem
): Problem => {
  const say = inTools(app)
  const isOfCall = exitCode.ofFailure(tag) === exitCode.ofFailure("UsageError")
  return {
    tag,
    message: isOfCall ? say(message) : message,
    fix: say(fix),
    details: Object.fromEntries(
      Object.entries(details ?? {}).map(([key, value]) => [
        key,
        typeof value === "string" && (isOfCall || key === "fix") ? say(value) : value
      ])
    )
  }
}
