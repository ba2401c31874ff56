import { Effect, Option } from "effect"
import { CurrentStep, type StepInRun } from "../../src/pipeline/CurrentStep.ts"

/** A step that places a tree and has nothing else to do with its run. */
export const stepIn = (run: string): StepInRun => ({
  run,
  path: "tree",
  attempt: 1,
  report: () => Effect.void,
  ask: () => Effect.dieMessage("No questions here"),
  spend: () => Effect.void,
  spent: Effect.succeed({ requests: 0, ms: 0 }),
  chosen: () => Option.none(),
  choose: () => Effect.void,
  answers: Effect.succeed({ standing: [], takenBack: [] }),
  takeBack: () => Effect.void,
  goBack: () => Effect.never,
  simulated: Effect.void
})

export const inRun = (run: string) => Effect.provideService(CurrentStep, Option.some(stepIn(run)))
