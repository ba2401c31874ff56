/**
 * Where answers lie that somebody left for a run while nobody was running it.
 *
 * @since 0.1.0
 */
import { Context, Effect, type Option } from "effect"
import type { Given } from "./Question.ts"
import type { OpenRequest } from "./RunEvent.ts"
import type { AnswerUnreadable } from "./Suspended.ts"

/**
 * Gives the answers to open requests, by the id of the request, and is told what became of each; where it keeps one that
 * was refused, it says where. Without a layer nobody leaves any.
 *
 * @category services
 * @since 0.1.0
 */
export class Answers extends Context.Reference<Answers>()("effect-cairn/pipeline/Answers", {
  defaultValue: () => ({
    left: (
      _run: string,
      _open: ReadonlyArray<OpenRequest>
    ): Effect.Effect<ReadonlyMap<string, Given>, AnswerUnreadable> => Effect.succeed(new Map()),
    /** The same, without touching anything: what could not be read is not there. */
    seen: (_run: string, _open: ReadonlyArray<OpenRequest>): Effect.Effect<ReadonlyMap<string, Given>> =>
      Effect.succeed(new Map()),
    settled: (_run: string, _id: string, _accepted: boolean): Effect.Effect<Option.Option<string>> => Effect.succeedNone
  })
}) {}
