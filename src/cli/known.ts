/**
 * What a command knows of a run beside its checkpoint: the pipeline of its program, and how it goes on.
 *
 * @since 0.1.0
 */
import { Effect, Option, Schema } from "effect"
import type * as Pipeline from "../pipeline/Pipeline.ts"
import { quote } from "../pipeline/quote.ts"
import * as Run from "../pipeline/Run.ts"
import type { DurableEvent } from "../pipeline/RunEvent.ts"
import * as RunState from "../pipeline/RunState.ts"
import * as Summary from "../pipeline/Summary.ts"
import type { App } from "./App.ts"
import * as handOff from "./handOff.ts"
import * as Programs from "./programs.ts"
import type { DefinitionRefused } from "./UsageError.ts"

/**
 * The pipeline that a run is a run of, where this command line has the program.
 *
 * @category accessors
 * @since 0.1.0
 */
export const pipelineOf = (
  app: App,
  { program, state }: Run.Info
): Effect.Effect<Option.Option<Pipeline.Any>, DefinitionRefused> =>
  Effect.map(
    Programs.find(app, program),
    Option.flatMap(({ fixed, input, pipeline }) =>
      Option.orElse(fixed, () =>
        Option.flatMap(state.started, (started) =>
          Option.map(
            Schema.decodeUnknownOption(input)(started.input),
            (value) => pipeline(value as never)
          )))
    )
  )

/**
 * What its checkpoint says of a run, with what would become of its steps.
 *
 * @category accessors
 * @since 0.1.0
 */
export const summaryOf = (
  { id, status }: Run.Info,
  events: ReadonlyArray<DurableEvent>,
  pipeline: Option.Option<Pipeline.Any>
) =>
  Effect.map(
    Effect.transposeMapOption(pipeline, (pipeline) => Run.verdicts(pipeline, id)),
    (verdicts) =>
      Summary.ofRecord(events, pipeline, {
        verdicts: Option.getOrElse(verdicts, () => new Map()),
        isStopped: status === "stopped"
      })
  )

/**
 * The command that a run goes on with, where it can: from a step, where one is named. One that is done has nothing left to
 * do, unless it is known to be `changed`.
 *
 * @category accessors
 * @since 0.1.0
 */
export const nextOf = (
  app: App,
  { id, program, state, status }: Run.Info,
  { changed = false, from }: { readonly changed?: boolean; readonly from?: string } = {}
): Option.Option<string> => {
  const isOver = status === "done" && !changed && from === undefined
  // Of one that nothing is recorded of, nobody knows the input.
  if (isOver || status === "running" || Option.isNone(state.started)) return Option.none()
  const resume = (app: App) => `${handOff.next(app, id)}${from === undefined ? "" : ` --from ${quote(from)}`}`
  // One of a program of somebody's own goes on where that is.
  if (!app.programs.some(({ name }) => name === program)) {
    return app.runsFiles ? Option.some(resume({ ...app, called: `${app.called} run FILE` })) : Option.none()
  }
  const open = RunState.openRequests(state)
  const [request] = open
  return Option.some(
    request === undefined || from !== undefined
      ? resume(app)
      : handOff.command(app, id, handOff.pathOrId(request, open), "FILE")
  )
}
