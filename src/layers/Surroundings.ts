/**
 * What a process stands in: who could answer a question here, and how things can be shown to them.
 *
 * @since 0.1.0
 */
import { Context } from "effect"

/**
 * Provided by a command line. Without it there is nobody, and nothing is shown.
 *
 * @category services
 * @since 0.1.0
 */
export class Surroundings extends Context.Reference<Surroundings>()("effect-cairn/layers/Surroundings", {
  defaultValue: (): {
    /** A person at a terminal, a coding agent that called, or nobody. */
    readonly caller: "person" | "agent" | "nobody"
    /** The terminal can only add lines. */
    readonly isPlain: boolean
    readonly colors: boolean
    readonly columns: () => number
    readonly rows: () => number
    /** Writes for a person, beside whatever is drawn there. */
    readonly write: (text: string) => void
  } => ({
    caller: "nobody",
    isPlain: true,
    colors: false,
    columns: () => Infinity,
    rows: () => Infinity,
    write: () => {}
  })
}) {}
