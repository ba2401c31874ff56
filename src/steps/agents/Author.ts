/**
 * Whoever writes the content for an agent file: an agent that is asked, or what can be said without asking.
 *
 * @since 0.1.0
 */
import { Context, Effect, Layer, Schema } from "effect"
import * as Agent from "../../layers/Agent.ts"
import * as Strategy from "../../pipeline/Strategy.ts"
import { type AnswerInvalid, type Suspended, WrongRequest } from "../../pipeline/Suspended.ts"
import type { About } from "./About.ts"
import { readAnswer, reasons } from "./answer.ts"
import { Content, isOfBoundaries, rules } from "./Content.ts"
import { offline } from "./Enhancement.ts"
import { InvalidBoundaries, InvalidContent, InvalidResponse } from "./errors.ts"
import { example, prompt } from "./prompt.ts"

/**
 * Content, and whether an agent was asked for it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Authored = Schema.Struct({ by: Schema.Literal("ai", "static"), content: Content })
export type Authored = typeof Authored.Type

/** @category errors */
export const Failure = Schema.Union(
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
 * The names of the strategies.
 *
 * @category schemas
 * @since 0.1.0
 */
export const StrategyName = Schema.Literal("ai", "static", "hybrid")

/**
 * By name: the agent writes it, keywords decide it, or the agent writes it and keywords stand in where that fails. Only
 * a strategy that asks the agent builds it.
 *
 * @category strategies
 * @since 0.1.0
 */
export const strategies = <E, R>(agent: Layer.Layer<Agent.Agent, E, R>) =>
  Strategy.make({
    ai: Layer.provide(asking, agent),
    static: Layer.succeed(Author, {
      write: ({ related, set }) => Effect.succeed<Authored>({ by: "static", content: offline(related, set) })
    }),
    hybrid: Strategy.fallback("ai", "static")
  })

const asking = Layer.effect(
  Author,
  Effect.map(Agent.Agent, (agent) => ({
    write: (about: About) =>
      agent.ask(question(about)).pipe(
        Effect.map((content): Authored => ({ by: "ai", content })),
        Effect.catchTag("AnswerInvalid", (error) => Effect.fail(refused(error)))
      )
  }))
)

/** Names what was wrong with the last answer that was refused. */
const refused = ({ issues, reason }: AnswerInvalid) =>
  reason === reasons.response
    ? new InvalidResponse({ issues })
    : isOfBoundaries(reason)
    ? new InvalidBoundaries({ issues })
    : new InvalidContent({ issues })
