/**
 * Every event as one line of JSON: for programs that follow a run.
 *
 * @since 0.1.0
 */
import { Effect, Layer, Schema } from "effect"
import { Reporter } from "../../pipeline/Reporter.ts"
import { RunEvent } from "../../pipeline/RunEvent.ts"

/**
 * Writes a first line that names the format, then the events as they happen.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: { readonly write: (text: string) => void; readonly name?: string }
): Layer.Layer<never> =>
  Layer.sync(Reporter, () => {
    options.write(`${JSON.stringify({ schema: "cairn.events/1", command: options.name ?? "cairn" })}\n`)
    return { report: (event) => Effect.sync(() => options.write(`${encode(event)}\n`)) }
  })

const encode = Schema.encodeSync(Schema.parseJson(RunEvent))
