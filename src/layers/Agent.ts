/**
 * Whoever answers a question that a program cannot: a coding agent, a model, a command, a person at one of them.
 *
 * @since 0.1.0
 */
import { Context, Effect, Option, Schema } from "effect"
import * as CurrentStep from "../pipeline/CurrentStep.ts"
import { movedTo } from "../pipeline/movedTo.ts"
import {
  type Answerer,
  type Deadline,
  type Failing,
  issuesOf,
  type Question,
  type Reader,
  Refusal
} from "../pipeline/Question.ts"
import * as Strategy from "../pipeline/Strategy.ts"
import { AnswerInvalid, type Suspended, WrongRequest } from "../pipeline/Suspended.ts"
import type * as Validation from "../pipeline/Validation.ts"

/**
 * What an agent is asked.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ask<A, I> {
  /** Which of the step's questions it is: used once in a step. */
  readonly name: string
  readonly prompt: string
  readonly answer: Schema.Schema<A, I>
  /** Files that the answer needs to be read first. */
  readonly files?: ReadonlyArray<string>
  /** An answer that fits. */
  readonly example?: NoInfer<A>
  /** Turns what the agent wrote into the JSON of the answer; by default it is that JSON. */
  readonly read?: Reader
  /** Rules that the schema cannot express. */
  readonly check?: Validation.Validation<NoInfer<A>>
}

/**
 * The agent was asked and gave no answer: it could not be reached, refused, or said that it failed.
 *
 * @category errors
 * @since 0.1.0
 */
export class AgentFailed extends Schema.TaggedError<AgentFailed>()("AgentFailed", {
  agent: Schema.String,
  question: Schema.String,
  /** What went wrong, without anything secret. */
  reason: Schema.String,
  /** Whether it may well succeed when it is simply asked again. */
  isTransient: Schema.Boolean,
  /** Where its answer lies now, if it lay beside the checkpoint. */
  kept: Schema.optional(Schema.String)
}) {
  override get message(): string {
    return [`The agent (${this.agent}) gave no answer to "${this.question}": ${this.reason}`, ...movedTo(this.kept)]
      .join("\n")
  }
  get fix(): string {
    return this.isTransient
      ? "Repeat the command: everything that was answered is kept."
      : "Correct what it names, or let the agent that calls you answer: repeat the command with --agent handoff"
  }
}

/**
 * The agent did not answer in time.
 *
 * @category errors
 * @since 0.1.0
 */
export class AgentTimedOut extends Schema.TaggedError<AgentTimedOut>()("AgentTimedOut", {
  agent: Schema.String,
  question: Schema.String,
  reason: Schema.String,
  /** Where its answer lies now, if it lay beside the checkpoint. */
  kept: Schema.optional(Schema.String)
}) {
  override get message(): string {
    return [
      `The agent (${this.agent}) did not answer "${this.question}" in time: ${this.reason}`,
      ...movedTo(this.kept)
    ].join("\n")
  }
  get fix(): string {
    return "Repeat the command to ask again: everything that was answered is kept."
  }
}

/**
 * Asking would cost more than is allowed. Nobody was asked, and nothing is lost. No fallback stands in for it: whoever
 * set the limit decides how to go on.
 *
 * @category errors
 * @since 0.1.0
 */
export class BudgetExceeded extends Schema.TaggedError<BudgetExceeded>()("BudgetExceeded", {
  question: Schema.String,
  limit: Schema.Literal("requests", "tokens", "usd"),
  allowed: Schema.Number,
  /** What was spent so far, and what this answer was expected to add. */
  spent: Schema.Number,
  estimate: Schema.Number
}) {
  readonly [Strategy.Final] = true
  override get message(): string {
    const amount = (of: number) => this.limit === "usd" ? `$${Math.round(of * 1e4) / 1e4}` : `${of} ${this.limit}`
    const verb = this.limit === "usd" || this.spent === 1 ? "is" : "are"
    return `Asking "${this.question}" would exceed the budget: ${amount(this.spent)} ${verb} spent, this takes about ` +
      `${amount(this.estimate)}, and ${amount(this.allowed)} is the limit`
  }
  get fix(): string {
    return `Allow more with --budget-${this.limit}, or answer it yourself: repeat the command with --agent handoff`
  }
}

/**
 * Every way in which an agent may not answer: what a step that asks declares as its failure.
 *
 * @category errors
 * @since 0.1.0
 */
export const Failure = Schema.Union(AgentFailed, AgentTimedOut, AnswerInvalid, WrongRequest, BudgetExceeded)
export type Failure = typeof Failure.Type

/**
 * Gives the answer to a question. In a run, an answer that was accepted is durable before `ask` returns, and is never
 * asked for again; where nobody can answer at once, the run is suspended.
 *
 * @category services
 * @since 0.1.0
 */
export class Agent extends Context.Tag("effect-cairn/layers/Agent")<Agent, {
  readonly ask: <A, I>(ask: Ask<A, I>) => Effect.Effect<A, Failure | Suspended>
}>() {}

/**
 * Asks the agent that is provided.
 *
 * @example
 * ```ts
 * import { Schema } from "effect"
 * import { Agent, Step } from "effect-cairn"
 *
 * const Summary = Schema.Struct({ title: Schema.String, risks: Schema.Array(Schema.String) })
 *
 * const summarize = Step.make("summarize", {
 *   title: "Asking for a summary",
 *   input: Schema.String,
 *   success: Summary,
 *   failure: Agent.Failure,
 *   run: (text) => Agent.ask({ name: "summary", prompt: `Summarize:\n\n${text}`, answer: Summary })
 * })
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const ask = <A, I>(ask: Ask<A, I>): Effect.Effect<A, Failure | Suspended, Agent> =>
  Effect.flatMap(Agent, (agent) => agent.ask(ask))

/**
 * Makes an agent of whoever answers one question with a text or a value. Its answers are judged, and it is asked again
 * with what was wrong, until `attempts` of them were refused.
 *
 * @example
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { Agent, Question } from "effect-cairn"
 *
 * const oracle = Layer.succeed(
 *   Agent.Agent,
 *   Agent.make({
 *     name: "oracle",
 *     attempts: 2,
 *     answer: ({ prompt }) => () => Effect.succeed(Question.Given.Text({ text: JSON.stringify(`Who asks: ${prompt}`) }))
 *   })
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: {
  /** What to call it in errors: `handoff`, the name of a model, a command. */
  readonly name: string
  readonly attempts: number
  readonly deadline?: Deadline
  readonly answer: <A, I>(question: Question<A, I>) => Answerer<Failure | Suspended, never>
}): typeof Agent.Service => ({
  ask: <A, I>(ask: Ask<A, I>) => {
    const { attempts, name: agent } = options
    const question: Question<A, I> = {
      ...ask,
      ask: "agent",
      attempts,
      ...(options.deadline === undefined ? {} : { deadline: options.deadline })
    }
    return CurrentStep.ask(question, options.answer(question), failing({ agent, question: ask.name, attempts }))
  }
})

/** What an agent fails with once too many of its answers were refused; what it says of itself decides at once. */
const failing = (of: {
  readonly agent: string
  readonly question: string
  readonly attempts: number
}): Failing<Failure> =>
(refusal, count, where) => {
  const { agent, attempts, question } = of
  return count < attempts && refusal._tag !== "Declined" ? Option.none() : Option.some(
    Refusal.$match(refusal, {
      Declined: ({ message }): Failure =>
        new AgentFailed({ agent, question, reason: message, isTransient: false, kept: where.kept }),
      Invalid: ({ reason }) =>
        new AnswerInvalid({
          ...where,
          question,
          attempt: count,
          attempts,
          reason,
          issues: issuesOf(refusal),
          isLast: true
        }),
      Stray: ({ id }) => new WrongRequest({ run: where.run ?? "", id, open: [], kept: where.kept }),
      Late: ({ message }) => new AgentTimedOut({ agent, question, reason: message, kept: where.kept })
    })
  )
}
