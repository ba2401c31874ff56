/**
 * Whoever writes the content for an agent file: an agent that is asked, keywords that decide, or an author of your own.
 *
 * @since 0.1.0
 */
import { Context, Effect, Layer, Option, Schema } from "effect"
import * as Agent from "../../layers/Agent.ts"
import { Given, issuesOf, judge, unfit } from "../../pipeline/Question.ts"
import { type AnswerInvalid, type Suspended, WrongRequest } from "../../pipeline/Suspended.ts"
import type { About } from "./About.ts"
import { readAnswer, reasons } from "./answer.ts"
import { Content, isOfBoundaries, rules } from "./Content.ts"
import { offline } from "./Enhancement.ts"
import { InvalidBoundaries, InvalidContent, InvalidResponse, NoContent } from "./errors.ts"
import { example, prompt } from "./prompt.ts"

/**
 * Content, and who wrote it, in a few words: `an agent`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Authored = Schema.Struct({
  by: Schema.String,
  /** Whether metadata can be expected of it, so that a warning says where there is none. */
  bringsMetadata: Schema.Boolean,
  content: Content
})
export type Authored = typeof Authored.Type

/**
 * Every way in which there may be no content.
 *
 * @category errors
 * @since 0.1.0
 */
export const Failure = Schema.Union(
  NoContent,
  InvalidResponse,
  InvalidContent,
  InvalidBoundaries,
  WrongRequest,
  Agent.AgentFailed,
  Agent.AgentTimedOut,
  Agent.BudgetExceeded
)
export type Failure = typeof Failure.Type

/**
 * Gives content that keeps the rules of `Content`.
 *
 * @category services
 * @since 0.1.0
 */
export class Author extends Context.Tag("effect-cairn/steps/agents/Author")<Author, {
  readonly write: (about: About) => Effect.Effect<Authored, Failure | Suspended>
}>() {}

/**
 * An author of your own, with the few words that tell who it is. What it writes is judged like an agent's answer.
 *
 * @example
 * ```ts
 * import { Effect, type Layer } from "effect"
 * import { AgentErrors, Author } from "effect-cairn/steps"
 *
 * const nobody = new AgentErrors.NoContent({ reason: "it has no templates", fix: "Name the agent after its templates." })
 *
 * const house: Layer.Layer<Author.Author> = Author.layer("the house", ({ related: [first] }) =>
 *   first === undefined
 *     ? nobody
 *     : Effect.succeed({ sections: ["best_practices"], best_practices: `Begin with ${first}.` }))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <R = never>(
  by: string,
  write: (about: About) => Effect.Effect<unknown, Failure | Suspended, R>
): Layer.Layer<Author, never, R> =>
  Layer.effect(
    Author,
    Effect.map(Effect.context<R>(), (context) => ({
      write: (about: About) =>
        write(about).pipe(
          Effect.mapInputContext((here: Context.Context<never>) => Context.merge(context, here)),
          Effect.flatMap(judged),
          Effect.map((content): Authored => ({ by, bringsMetadata: true, content }))
        )
    }))
  )

const judged = (value: unknown): Effect.Effect<Content, InvalidResponse | InvalidContent | InvalidBoundaries> =>
  judge(
    { name: "content", ask: "agent", prompt: "", answer: Content, check: rules },
    Given.Json({ value }),
    Option.none()
  )
    .pipe(Effect.mapBoth({
      onSuccess: ({ value }) => value,
      onFailure: (refusal) =>
        refused({ reason: refusal._tag === "Invalid" ? refusal.reason : unfit, issues: issuesOf(refusal) })
    }))

/**
 * What an agent is asked.
 *
 * @category constructors
 */
export const question = (about: About): Agent.Ask<Content, typeof Content.Encoded> => ({
  name: "content",
  prompt: prompt(about),
  answer: Content,
  files: about.files,
  example,
  read: readAnswer,
  check: rules
})

/**
 * The agent that is asked for it.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerAgent: Layer.Layer<Author, never, Agent.Agent> = Layer.effect(
  Author,
  Effect.map(Agent.Agent, (agent) => ({
    write: (about: About) =>
      agent.ask(question(about)).pipe(
        Effect.map((content): Authored => ({ by: "an agent", bringsMetadata: true, content })),
        Effect.catchTag("AnswerInvalid", (error) => Effect.fail(refused(error)))
      )
  }))
)

/**
 * What the names of the agent and of its templates tell, without asking anybody.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerKeywords: Layer.Layer<Author> = Layer.succeed(Author, {
  write: ({ related, set }) =>
    Effect.succeed<Authored>({ by: "keywords", bringsMetadata: false, content: offline(related, set) })
})

/** Names what was wrong with the last answer that was refused. */
const refused = ({ issues, kept, reason }: Pick<AnswerInvalid, "issues" | "kept" | "reason">) =>
  reason === reasons.response
    ? new InvalidResponse({ issues, kept })
    : isOfBoundaries(reason)
    ? new InvalidBoundaries({ issues, kept })
    : new InvalidContent({ issues, kept })
