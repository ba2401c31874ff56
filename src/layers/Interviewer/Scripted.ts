/**
 * A person who says what they were told to say: for tests and demonstrations.
 *
 * @since 0.1.0
 */
import { Data, Effect, Layer, type Option, Ref } from "effect"
import { type GoneBack, Interviewer, make } from "../Interviewer.ts"
import * as typing from "./typing.ts"

/**
 * What the person does when the question with this id is asked: types a line, or something else that gives no answer,
 * such as going back (`Interviewer.goBack`) or saying nothing (`Effect.never`).
 *
 * @category models
 * @since 0.1.0
 */
export type Line =
  & { readonly id: string }
  & (
    | { readonly typed: string }
    | { readonly does: Effect.Effect<never, GoneBack> }
  )

/** The script says something to another question than the one that is asked: a bug of the script. */
class OffScript extends Data.TaggedError("OffScript")<{ readonly asked: string; readonly scripted: string }> {
  override get message(): string {
    return `"${this.asked}" is asked, and the script goes on with "${this.scripted}"`
  }
}

/**
 * Does what the lines say, in their order, by the rules for typed lines. After the last one the input is over.
 * `refused` is told of each entry that is refused.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  lines: ReadonlyArray<Line>,
  options: { readonly refused?: (id: string, reason: string) => Effect.Effect<void> } = {}
): Layer.Layer<Interviewer> =>
  Layer.effect(
    Interviewer,
    Effect.map(Ref.make(lines), (remaining) =>
      make({
        isAttended: true,
        answer: (asking) => {
          const { id } = asking.question
          const next = Effect.flatMap(
            Ref.modify(remaining, ([first, ...rest]) => [first, rest] as const),
            (line): Effect.Effect<Option.Option<string>, GoneBack> => {
              if (line === undefined) return Effect.succeedNone
              if (line.id !== id) return Effect.die(new OffScript({ asked: id, scripted: line.id }))
              return "typed" in line ? Effect.succeedSome(line.typed) : line.does
            }
          )
          return typing.answer(asking, { next, refused: (reason) => options.refused?.(id, reason) ?? Effect.void })
        }
      }))
  )
