/** A place in which runs of small pipelines are watched: their journals, what was shown, and what their bodies did. */
import { Cause, Effect, Exit, Option, Schema } from "effect"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import { DryRun } from "../../src/pipeline/CurrentStep.ts"
import type { Journal } from "../../src/pipeline/Journal.ts"
import { Reporter } from "../../src/pipeline/Reporter.ts"
import * as Run from "../../src/pipeline/Run.ts"
import type { RunEvent } from "../../src/pipeline/RunEvent.ts"
import * as Step from "../../src/pipeline/Step.ts"

export interface Scene {
  readonly store: JournalMemory.Store
  /** Everything that was reported. */
  readonly shown: Array<RunEvent>
  /** What bodies and finalizers noted. */
  readonly log: Array<string>
  readonly note: (what: string) => Effect.Effect<void>
  /** Runs something here, as one process would. */
  readonly on: <A, E>(effect: Effect.Effect<A, E, Journal>) => Effect.Effect<A, E>
  /** The same, pretending. */
  readonly dry: <A, E>(effect: Effect.Effect<A, E, Journal>) => Effect.Effect<A, E>
  /** What was noted since it was last asked. */
  readonly noted: () => ReadonlyArray<string>
  /** The one run there is. */
  readonly id: () => string
  /** The tags of its events, and the paths of those that have one. */
  readonly told: Effect.Effect<ReadonlyArray<string>>
  readonly info: Effect.Effect<Run.Info>
}

export const make: Effect.Effect<Scene> = Effect.sync(() => {
  const store = JournalMemory.make()
  const shown: Array<RunEvent> = []
  const log: Array<string> = []
  const on: Scene["on"] = (effect) =>
    effect.pipe(
      Effect.provide(JournalMemory.layerOf(store)),
      Effect.provideService(Reporter, { report: (event) => Effect.sync(() => void shown.push(event)) })
    )
  const id = () => [...store.journals.keys()].at(-1) ?? "there is none"
  return {
    store,
    shown,
    log,
    note: (what) => Effect.sync(() => void log.push(what)),
    on,
    dry: (effect) => Effect.provideService(on(effect), DryRun, true),
    noted: () => log.splice(0),
    id,
    told: Effect.suspend(() =>
      Effect.map(
        Effect.orDie(on(Run.events(id()))),
        (events) => events.map((event) => "path" in event ? `${event._tag} ${event.path}` : event._tag)
      )
    ),
    info: Effect.suspend(() => Effect.orDie(on(Run.info(id()))))
  }
})

export class Oops extends Schema.TaggedError<Oops>()("Oops", { why: Schema.String }) {
  override get message(): string {
    return `Oops: ${this.why}`
  }
  get fix(): string {
    return "Try again."
  }
}

/** A step from text to text that notes each time it runs. */
export const step = (
  scene: Scene,
  name: string,
  run: (text: string) => Effect.Effect<string, Oops> = (text) => Effect.succeed(`${name}(${text})`),
  options: { readonly version?: number; readonly writes?: boolean; readonly hidden?: boolean } = {}
): Step.Step<string, string, Oops> =>
  Step.make(name, {
    title: `Doing ${name}`,
    input: Schema.String,
    success: Schema.String,
    failure: Oops,
    ...options,
    run: (text) => Effect.zipRight(scene.note(`${name} ${text}`), run(text))
  })

/** The bug that an effect dies of, in its own words. */
export const bug = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<string, never, R> =>
  Effect.map(Effect.exit(effect), (exit) =>
    Exit.match(exit, {
      onSuccess: () => "it succeeded",
      onFailure: (cause) =>
        Option.match(Cause.dieOption(cause), {
          onNone: () => `it did not die: ${Cause.pretty(cause)}`,
          onSome: (defect) => defect instanceof Error ? defect.message : String(defect)
        })
    }))
