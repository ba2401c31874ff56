/**
 * How a command ends: one document, or a few lines for people, and the exit code.
 *
 * @since 0.1.0
 */
import { Cause, type Exit, Option } from "effect"
import * as paint from "../layers/Reporter/paint.ts"
import * as printable from "../pipeline/printable.ts"
import { quote } from "../pipeline/quote.ts"
import * as Summary from "../pipeline/Summary.ts"
import { Suspended } from "../pipeline/Suspended.ts"
import type { App, Outcome } from "./App.ts"
import * as exitCode from "./exitCode.ts"
import * as failure from "./failure.ts"
import * as handOff from "./handOff.ts"
import * as Home from "./home.ts"
import * as Io from "./Io.ts"
import * as progress from "./progress.ts"
import * as result from "./result.ts"

/** What is said at the end. */
interface End {
  readonly code: number
  readonly document: unknown
  /** On stdout. */
  readonly result: string
  /** On stderr, for people. */
  readonly words: string
}

/**
 * Says how it went, on the right streams, and gives the exit code.
 *
 * @category rendering
 * @since 0.1.0
 */
export const finish = (app: App, exit: Exit.Exit<Outcome, unknown>): number => {
  const { io, json, parsed } = app
  const { code, document, result, words } = endOf(app, exit)
  const text = printable.json(JSON.stringify(document))
  // A result goes into a pipe as it is; on a terminal it must not do more than show itself.
  io.stdout.draw(json ? `${text}\n` : io.stdout.isTerminal ? printable.styled(result) : result)
  if (progress.mode(io, parsed) === "json") io.stderr.draw(`{"_tag":"Result","result":${text}}\n`)
  else if (!json) io.stderr.draw(words)
  if (exit._tag === "Failure" && parsed.switches.get("verbose") === true && !Cause.isInterruptedOnly(exit.cause)) {
    io.stderr.draw(`${printable.text(Cause.pretty(exit.cause, { renderErrorCause: true }))}\n`)
  }
  return code
}

/**
 * How it went as one document, and the exit code.
 *
 * @category conversions
 * @since 0.1.0
 */
export const documentOf = (
  app: App,
  exit: Exit.Exit<Outcome, unknown>
): { readonly code: number; readonly document: unknown } => endOf(app, exit)

const endOf = (app: App, exit: Exit.Exit<Outcome, unknown>): End => {
  const end = how(app, exit)
  // Here, since JSON in a message is JSON in JSON once the document is a text, where nobody knows a secret again.
  return { ...end, document: Io.secrets.scrub(end.document) }
}

const how = (app: App, exit: Exit.Exit<Outcome, unknown>): End => {
  if (exit._tag === "Success") {
    const { code = exitCode.done, json, text } = exit.value
    return { code, document: json, result: text, words: done(app) }
  }
  const error = Cause.failureOption(exit.cause)
  return Option.isSome(error) && error.value instanceof Suspended
    ? waiting(app, error.value)
    : Cause.isInterruptedOnly(exit.cause)
    ? interrupted(app)
    : failed(app, exit.cause)
}

const named = (app: App) => ({
  schema: "cairn.result/1",
  run: Option.getOrNull(runOf(app)),
  program: Option.getOrNull(app.watched.summary.program)
})

/** The run that a person can look at: one that only pretended is gone. */
const runOf = ({ home, watched: { summary } }: App): Option.Option<string> =>
  Option.filter(summary.run, (run) => Home.holds(home, run))

const done = (app: App): string => {
  const { called, home, io, parsed, watched: { summary } } = app
  const run = Option.filter(runOf(app), () => summary.phase === "done" && progress.mode(io, parsed) !== "none")
  const { dim } = paint.make(Io.colors(io, io.stderr, parsed))
  return Option.match(run, {
    onNone: () => "",
    onSome: (run) => `${dim(`Done. What each step did: ${called} show ${run}${home.option}`)}\n`
  })
}

const waiting = (app: App, { requests, run }: Suspended): End => {
  const next = handOff.next(app, run)
  const count = requests.length
  const columns = Io.columnsOf(app.io.stderr)
  const sentence = (text: string) => printable.wrap(text, Math.min(columns, 80))
  return {
    code: exitCode.ofFailure("Suspended"),
    document: {
      ...named(app),
      run,
      status: "waiting",
      requests: requests.map((request) => handOff.open(app, run, request)),
      next
    },
    result: "",
    words: [
      ...sentence(
        `Waiting for ${count} answer${
          count === 1 ? "" : "s"
        } (run ${run}). This is not an error: exit code 42 means "answer, then go on".`
      ),
      ...requests.flatMap((request) => ["", ...handOff.toLines(app, run, request, requests, columns)]),
      "",
      ...(count === 1
        ? sentence("The answer is JSON; with it the run goes on by itself.")
        : [...sentence("Answers are JSON; with the last one the run goes on by itself. Or:"), next])
    ].join("\n") + "\n"
  }
}

const interrupted = (app: App): End => {
  const { io, watched: { answers, summary } } = app
  const next = Option.map(runOf(app), (run) => handOff.next(app, run))
  const code = exitCode.ofSignal(io.ending.signal() ?? "SIGINT")
  const under = Summary.rows(summary).find(({ status }) => status === "running" || status === "stopped")
  const title = under === undefined ? Option.map(summary.unseen, ({ title }) => title) : Option.some(
    under.isGroup && under.note !== "" ? `${under.title}: ${under.note}` : under.title
  )
  return {
    code,
    document: {
      ...named(app),
      status: "interrupted",
      ...Option.match(next, { onNone: () => ({}), onSome: (next) => ({ next }) })
    },
    result: "",
    words: Option.match(next, {
      onNone: () => "Stopped.\n",
      onSome: (next) =>
        [
          ...printable.wrap(
            `Stopped${Option.match(title, { onNone: () => "", onSome: (title) => ` at "${printable.line(title)}"` })}.${
              saved(summary, answers)
            }`,
            Io.columnsOf(io.stderr)
          ),
          `Go on: ${next}`,
          ""
        ].join("\n")
    })
  }
}

/** What is kept of a run that was stopped, in what a person has seen of it: numbered steps, and their answers. */
const saved = (summary: Summary.Summary, answers: number): string => {
  const steps = summary.of === 0 ? [] : [`${Summary.settled(summary)} of ${summary.of}`]
  const all = answers === 0
    ? steps
    : [`${answers} answer${answers === 1 ? "" : "s"}`, ...steps.map((count) => `${count} steps`)]
  return all.length === 0 ? "" : ` ${all.join(" and ")} saved.`
}

const failed = (app: App, cause: Cause.Cause<unknown>): End => {
  const { called, exitCodes, home, io, parsed, watched: { summary } } = app
  const what = failure.fromCause(cause, called, home, exitCodes)
  const { code, details, fix, message, tag } = what
  const { red } = paint.make(Io.colors(io, io.stderr, parsed))
  const where = Option.map(runOf(app), (run) => {
    const show = `${called} show ${run}${home.option}`
    return Option.match(summary.phase === "failed" ? summary.failed : Option.none(), {
      onNone: () => `run ${run} · details: ${show}`,
      onSome: ({ attempts, path, title }) =>
        `step "${printable.line(title)}"${attempts > 1 ? `, attempt ${attempts}` : ""} of run ${run}\n` +
        `details: ${show} --step ${quote(path)}`
    })
  })
  return {
    code,
    document: {
      ...named(app),
      status: "failed",
      error: { tag, message, fix, details },
      ...result.reportOf(app.watched.summary)
    },
    result: "",
    words: failure.toText(what, where, { red, columns: Io.columnsOf(io.stderr) })
  }
}
