// @effect-diagnostics anyUnknownInErrorContext:off -- a command line takes programs that fail with anything
/**
 * Runs a program for a command: with its reporter, and with what it gave as text and as JSON.
 *
 * @since 0.1.0
 */
import { Effect, HashMap, Layer, Option } from "effect"
import * as AnswersFolder from "../layers/Answers/Folder.ts"
import { RunFolder } from "../layers/RunFolder.ts"
import { Surroundings } from "../layers/Surroundings.ts"
import type { Journal } from "../pipeline/Journal.ts"
import type * as Program from "../pipeline/Program.ts"
import * as Run from "../pipeline/Run.ts"
import * as RunState from "../pipeline/RunState.ts"
import * as Secrets from "../pipeline/Secrets.ts"
import { Suspended } from "../pipeline/Suspended.ts"
import type { AnyProgram, App, Outcome } from "./App.ts"
import * as handOff from "./handOff.ts"
import * as Home from "./home.ts"
import * as progress from "./progress.ts"
import * as result from "./result.ts"
import * as surroundings from "./surroundings.ts"
import * as values from "./values.ts"

/**
 * The outcome of `running`, which starts or resumes a program. `hint` is said where it goes on.
 *
 * @category running
 * @since 0.1.0
 */
export const perform = <E>(
  app: App,
  program: Pick<AnyProgram, "fixed" | "name">,
  running: Effect.Effect<Program.Finished, E, RunFolder | Journal>,
  hint?: string
): Effect.Effect<Outcome, unknown, Journal> => {
  app.watched.summary = { ...app.watched.summary, program: Option.some(program.name) }
  return running.pipe(
    Effect.map(({ output, text }) => ({
      text: text === "" ? "" : `${text}\n`,
      json: {
        schema: "cairn.result/1",
        status: "done",
        run: Option.getOrNull(Option.filter(app.watched.summary.run, (run) => Home.holds(app.home, run))),
        program: program.name,
        ...result.reportOf(app.watched.summary),
        output
      }
    })),
    Effect.tapBoth({
      onSuccess: () => republish(app),
      onFailure: (error) =>
        error instanceof Suspended ? handOff.publish(app, error.run, error.requests) : republish(app)
    }),
    Effect.onInterrupt(() => countAnswers(app)),
    Effect.provide(Layer.merge(progress.layer(app, program.fixed, hint), surrounding(app)))
  )
}

/**
 * What programs and commands find here, whatever is done with them: also what the command line provides.
 *
 * @category layers
 * @since 0.1.0
 */
export const surrounding = (app: App): Layer.Layer<RunFolder, unknown> =>
  Layer.unwrapEffect(Effect.map(globals(app), (options) => app.layer(options as never))).pipe(
    Layer.provideMerge(Layer.mergeAll(AnswersFolder.layer, Layer.succeed(Surroundings, surroundings.of(app)))),
    Layer.provideMerge(Layer.succeed(RunFolder, app.home.runs))
  )

/** The options of the command line itself: only what is run needs them. */
const globals = ({ io, name, options, parsed }: App) =>
  values.given(options, { ...parsed, args: [] }, io).pipe(
    Effect.flatMap((record) =>
      values.decoded(options, values.withPaths(options, record, io.cwd), { fix: `${name} --help` })
    ),
    Effect.tap(Secrets.remember)
  )

/** What was asked before may be answered now, or asked with what was wrong with an answer. The journal alone counts. */
const republish = (app: App): Effect.Effect<void, never, Journal> =>
  Effect.suspend(() =>
    app.watched.summary.run.pipe(
      Option.filter((run) => handOff.isPublished(app.home, run)),
      Effect.transposeMapOption((run) =>
        Effect.flatMap(Run.info(run), ({ damage, state }) =>
          // Of one that cannot be read nobody knows what it asks.
          Option.isSome(damage) ? Effect.void : handOff.publish(app, run, RunState.openRequests(state)))
      ),
      Effect.ignore
    )
  )

/** How many answers are kept, for whoever stopped while they were asked. */
const countAnswers = (app: App): Effect.Effect<void, never, Journal> =>
  Option.match(app.watched.summary.run, {
    onNone: () => Effect.void,
    onSome: (run) =>
      Run.info(run).pipe(
        Effect.map(({ state }) => {
          app.watched.answers = Array.from(HashMap.values(state.answers)).flat().length
        }),
        Effect.ignore
      )
  })

/** What a run is told by the options that all running commands share. */
export const runOptions = ({ parsed }: App): { readonly compensate: boolean } => ({
  compensate: parsed.switches.get("compensate") === true
})
