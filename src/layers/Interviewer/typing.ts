/**
 * One question answered by typed lines: what is refused is told, and the next line counts.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import * as Asked from "../Asked.ts"
import { type Asking, InputEnded } from "../Interviewer.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Typist<out E = never, out R = never> {
  /** The next line without its end; nothing where the input is over. */
  readonly next: Effect.Effect<Option.Option<string>, E, R>
  /** Told why a line was refused. */
  readonly refused: (reason: string) => Effect.Effect<void>
}

/** More than anybody types; a paste that has lost its line ends is refused. */
const longest = 65_536

/**
 * Reads lines until they answer a question. Several lines end with an empty one, or with one that holds only a dot, and
 * then they are kept as they were typed; those also end with the input.
 *
 * @category running
 * @since 0.1.0
 */
export const answer = <E, R>(
  { question, rule }: Pick<Asking, "question" | "rule">,
  { next, refused }: Typist<E, R>
): Effect.Effect<Asked.Answer, E | InputEnded, R> => {
  const read = Effect.flatMap(
    next,
    Option.match({
      onNone: () => new InputEnded({ question: question.id }),
      onSome: Effect.succeed
    })
  )
  const tell = <B>([{ hint, message }]: Asked.Refused, then: Effect.Effect<B, E | InputEnded, R>) =>
    Effect.zipRight(refused(hint === undefined ? message : `${message}: ${hint}`), then)

  const one: Effect.Effect<Asked.Answer, E | InputEnded, R> = Effect.flatMap(
    read,
    (line) =>
      Effect.matchEffect(line.length > longest ? tooLong : Asked.read(question, rule, line), {
        onFailure: (issues) => tell(issues, one),
        onSuccess: Effect.succeed
      })
  )

  const several = (kept: ReadonlyArray<string>): Effect.Effect<Asked.Answer, E | InputEnded, R> => {
    const isVerbatim = question._tag === "Lines" && question.ends === "dot"
    const end = (): Asked.Answer => kept.length > 0 ? kept : Option.getOrElse(Asked.fallback(question), () => [])
    return Effect.flatMap(
      isVerbatim ? next : Effect.asSome(read),
      Option.match({
        onNone: () => Effect.succeed(end()),
        onSome: (line) =>
          line.trim() === (isVerbatim ? "." : "")
            ? Effect.succeed(end())
            : Effect.matchEffect(
              line.length > longest ? tooLong : Asked.applied(rule, isVerbatim ? line : line.trim()),
              {
                onFailure: (issues) => tell(issues, several(kept)),
                onSuccess: (text) => several([...kept, text])
              }
            )
      })
    )
  }
  return question._tag === "Lines" ? several([]) : one
}

const tooLong: Effect.Effect<never, Asked.Refused> = Effect.fail([
  { severity: "error", code: "too-long", message: `The line has more than ${longest} characters` }
])
