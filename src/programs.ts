/**
 * The programs that ship with Cairn, ready to run: for a command line of your own, beside your own programs.
 *
 * @since 0.1.0
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import { Effect, Layer, Schema } from "effect"
import * as AgentChoice from "./layers/Agent/Choice.ts"
import * as InterviewerChoice from "./layers/Interviewer/Choice.ts"
import { RunFolder } from "./layers/RunFolder.ts"
import { RootUnusable, WriteFailed } from "./layers/Workspace.ts"
import * as WorkspaceDryRun from "./layers/Workspace/DryRun.ts"
import * as WorkspaceRooted from "./layers/Workspace/Rooted.ts"
import * as Program from "./pipeline/Program.ts"
import * as Strategy from "./pipeline/Strategy.ts"
import * as AgentEnhance from "./programs/agentEnhance.ts"
import * as Implement from "./programs/implement.ts"
import * as Selftest from "./programs/selftest.ts"
import * as TemplateQa from "./programs/templateQa.ts"
import * as Author from "./steps/agents/Author.ts"
import { locate } from "./steps/agents/locate.ts"
import { Replace } from "./steps/files/placeTree.ts"

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

/**
 * Who writes the content of an agent's file: the agent that is chosen, keywords, or keywords where the agent fails.
 * Only what asks the agent builds it.
 *
 * @category strategies
 * @since 0.1.0
 */
export const authors = Strategy.make(
  {
    ai: Layer.provide(Author.layerAgent, AgentChoice.layerChosen),
    static: Author.layerKeywords,
    hybrid: Strategy.fallback("ai", "static")
  },
  { ai: "an agent is asked", static: "keywords decide" }
)

/**
 * Writes content into the file of an agent that fits the templates around it, by one of these strategies: their names
 * and their help are those of `--strategy`, and the first is used where none is given. `Strategy.add` adds one of your
 * own to `authors`.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { Strategy } from "effect-cairn"
 * import { agentEnhanceBy, authors } from "effect-cairn/programs"
 * import { Author } from "effect-cairn/steps"
 *
 * const brief = Author.layer("the house", ({ description }) =>
 *   Effect.succeed({ sections: ["quick_start"], quick_start: description }))
 *
 * export const program = agentEnhanceBy(Strategy.add(authors, { brief }, { brief: "its own description" }))
 * ```
 *
 * @category programs
 * @since 0.1.0
 */
export const agentEnhanceBy = <
  Name extends string,
  E,
  R extends AgentChoice.Chosen | FileSystem.FileSystem | Path.Path
>(strategies: Strategy.Strategy<Name, Author.Author, E, R>) =>
  Program.make(AgentEnhance.agentEnhance(strategies), {
    description: "Enhances the file of an agent with what fits the templates of its folder.",
    examples: [
      { command: "agent-enhance templates/api/agents/reviewer.md", description: "asks an agent for the content" },
      ...strategies.names.slice(1, 2).map((name) => ({
        command: `agent-enhance templates/api/agents/reviewer.md --strategy ${name} --dry-run`
      }))
    ],
    settings: Schema.Struct({ ...AgentChoice.fields, ...AgentEnhance.Settings.fields }),
    print: AgentEnhance.print,
    layer: ({ dryRun, ...agent }, input) =>
      Layer.merge(
        Layer.provide(strategies.layer(input.strategy), Layer.succeed(AgentChoice.Chosen, agent)),
        Layer.unwrapEffect(Effect.gen(function*() {
          const runs = yield* RunFolder
          const { folder } = yield* locate(AgentEnhance.named(input))
          return (dryRun ? WorkspaceDryRun : WorkspaceRooted).layer({ root: folder, runs })
        }))
      ).pipe(Layer.provideMerge(Layer.merge(NodeFileSystem.layer, NodePath.layer)))
  })

/**
 * Writes content into the file of an agent that fits the templates around it.
 *
 * @category programs
 * @since 0.1.0
 */
export const agentEnhance = agentEnhanceBy(authors)

/**
 * Asks what a template of a project should be like, and saves the answers.
 *
 * @category programs
 * @since 0.1.0
 */
export const templateQa = Program.make(TemplateQa.templateQa, {
  description: "Asks what the template of a project should be like, and saves the answers for the template creator.",
  examples: [
    { command: "template-qa", description: "asks at the terminal" },
    { command: "template-qa --print-questions > answers.yaml" },
    { command: "template-qa --answers answers.yaml --defaults" },
    { command: "template-qa --path templates/api --from-config", description: "begins from saved settings" }
  ],
  settings: Schema.Struct({ ...InterviewerChoice.fields, ...TemplateQa.Settings.fields }).pipe(
    Schema.filter((settings) =>
      InterviewerChoice.isOneWay(settings) || "one way at a time: --lines, --defaults or --agent"
    )
  ),
  print: TemplateQa.print,
  instead: TemplateQa.instead,
  layer: (settings, { path }) =>
    Layer.merge(
      InterviewerChoice.layer(settings),
      Layer.unwrapEffect(Effect.map(RunFolder, (runs) => WorkspaceRooted.layer({ root: path, runs })))
    ).pipe(
      Layer.provide(Layer.effectDiscard(makeFolder(path))),
      Layer.provideMerge(Layer.merge(NodeFileSystem.layer, NodePath.layer))
    )
})

/** The folder of the settings is made where it is missing. */
const makeFolder = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeDirectory(path, { recursive: true })).pipe(
    Effect.mapError((error) =>
      error._tag === "BadArgument" || isMisnamed.has(error.reason)
        ? new RootUnusable({ root: path, reason: error.message })
        : new WriteFailed({ path, reason: error.message, undone: true })
    )
  )

/** Something else is there, or on the way. With any other reason it is the disk that refuses. */
const isMisnamed: ReadonlySet<string> = new Set(["AlreadyExists", "BadResource", "NotFound"])

/**
 * Writes down what it does, for tests from outside. It is not among the programs that help shows.
 *
 * @category programs
 * @since 0.1.0
 */
export const selftest = Program.make({ name: "selftest", input: Selftest.Input, pipeline: Selftest.selftest }, {
  description: "Runs steps that write down what they do, so that they can be killed and looked at.",
  examples: [{ command: "selftest chain --steps 10 --effects effects.jsonl" }],
  hidden: true,
  layer: () => NodeFileSystem.layer
})
