/** The same as a process. */
import { Cli } from "effect-cairn/cli"
import { definition } from "./asking.ts"

Cli.run(definition)
