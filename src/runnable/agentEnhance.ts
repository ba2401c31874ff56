/**
 * `agent-enhance`, with the layers that its settings choose.
 *
 * @since 0.1.0
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import { Effect, Layer, Schema } from "effect"
import * as AgentChoice from "../layers/Agent/Choice.ts"
import { RunFolder } from "../layers/RunFolder.ts"
import * as WorkspaceDryRun from "../layers/Workspace/DryRun.ts"
import * as WorkspaceRooted from "../layers/Workspace/Rooted.ts"
import * as Program from "../pipeline/Program.ts"
import * as Strategy from "../pipeline/Strategy.ts"
import * as AgentEnhance from "../programs/agentEnhance.ts"
import * as Author from "../steps/agents/Author.ts"
import { locate } from "../steps/agents/locate.ts"

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
