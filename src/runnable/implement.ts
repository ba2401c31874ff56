/**
 * `implement`, with the layers that its settings choose.
 *
 * @since 0.1.0
 */
import { Effect, Layer } from "effect"
import { RunFolder } from "../layers/RunFolder.ts"
import * as WorkspaceDryRun from "../layers/Workspace/DryRun.ts"
import * as WorkspaceRooted from "../layers/Workspace/Rooted.ts"
import * as Program from "../pipeline/Program.ts"
import * as Implement from "../programs/implement.ts"
import { Replace } from "../steps/files/placeTree.ts"

/**
 * Makes a folder of tasks of the report of a review.
 *
 * @category programs
 * @since 0.1.0
 */
export const implement = Program.make(Implement.implement, {
  description: "Turns the report of a review into a folder of tasks, with a guide and a README.",
  examples: [
    { command: "implement docs/review.md --task docs/review-task.json" },
    { command: "implement docs/review.md --id REV-7 --title \"Review of the login\" --dry-run" }
  ],
  settings: Implement.Settings,
  print: Implement.print,
  layer: ({ dryRun, force }, { root }) =>
    Layer.merge(
      Layer.succeed(Replace, force),
      Layer.unwrapEffect(
        Effect.map(RunFolder, (runs) => (dryRun ? WorkspaceDryRun : WorkspaceRooted).layer({ root, runs }))
      )
    )
})
