/**
 * A strategy of your own for a program of Cairn. `agent-enhance` gets two more ways of writing the content of an agent's
 * file, and `--help` names them: `handbook` takes what `handbook.md` says in the current folder, and `careful` falls back
 * on keywords where there is none: `team agent-enhance templates/api/agents/reviewer.md --strategy careful`.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import { Effect } from "effect"
import { Strategy } from "effect-cairn"
import { Cli } from "effect-cairn/cli"
import { agentEnhanceBy, authors } from "effect-cairn/programs"
import { AgentErrors, Author } from "effect-cairn/steps"

const handbook = Author.layer(
  "the handbook",
  () =>
    Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString("handbook.md")).pipe(
      Effect.map((text) => ({ sections: ["best_practices"], best_practices: text })),
      Effect.mapError(({ message }) =>
        new AgentErrors.NoContent({
          reason: `handbook.md cannot be read (${message})`,
          fix: "Write down in handbook.md what your agents are to do."
        })
      )
    )
)

const mine = Strategy.add(
  authors,
  { handbook, careful: Strategy.fallback("handbook", "static") },
  { handbook: "what handbook.md says" }
)

Cli.run({ name: "team", version: "1.0.0", programs: [agentEnhanceBy(mine)] })
