/**
 * `run`: the programs of a file of the user's own.
 *
 * @since 0.1.0
 */
import type { App } from "../App.ts"
import * as Spec from "../Spec.ts"
import { UsageError } from "../UsageError.ts"

/** @category constants */
export const spec: Spec.Spec = {
  name: "run",
  description: "Runs a program of your own file, without a build.",
  args: [
    {
      name: "file",
      description: "A .ts or .js file that exports pipelines or programs",
      required: true,
      completes: "files"
    },
    {
      name: "words",
      description: "A program of it and what that takes, or another command: resume, show, help, ...",
      required: false,
      repeated: true
    }
  ],
  flags: Spec.everywhere,
  examples: [
    { command: "run ./pipelines.ts", description: "What there is, or the only program" },
    { command: "run ./pipelines.ts greet --name Ada", description: "One of its programs" },
    { command: "run ./pipelines.ts resume", description: "Go on with the last run" }
  ]
}

/**
 * It is run by the project of the file, before anything else is looked at: whoever comes here has named no file first.
 *
 * @category running
 * @since 0.1.0
 */
export const run = ({ name }: App) =>
  new UsageError({ reason: "The file comes first, behind run.", fix: Spec.hint(name, spec) })
