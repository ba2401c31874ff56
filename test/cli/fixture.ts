/** The fixture as a process. */
import { Cli } from "effect-cairn/cli"
import { definition } from "./definition.ts"

Cli.run(definition)
